"""Label Studio in and out: its labelling interface, its tasks and results, its server."""
