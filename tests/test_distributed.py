"""Two Ray nodes on this machine, one of which is killed on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from reports import write_reports

ray = pytest.importorskip("ray")

from ray.cluster_utils import Cluster  # noqa: E402

from ie.distributed import write_shards_on_ray  # noqa: E402
from ie.shards import Plan, write_shards  # noqa: E402
from ie.workers import Job  # noqa: E402

pytestmark = pytest.mark.ray


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


@pytest.fixture
def cluster():
    """A head with one core; other nodes may come and go."""
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    ray.init(address=nodes.address, log_to_driver=False)
    yield nodes
    ray.shutdown()
    nodes.shutdown()


def test_a_node_that_dies_costs_nothing(tmp_path, cluster):
    sources = write_reports(tmp_path / "texts", 120)
    for i in (17, 44):
        sources[i].path.write_text("")
    plan = Plan(sources, Job("rules"), 3)
    write_shards(plan, str(tmp_path / "local"), 1, lambda _: None)

    doomed = cluster.add_node(num_cpus=2)
    cluster.wait_for_nodes()
    told = []

    def tell(outcome):
        told.append(outcome)
        if len(told) == 12:
            cluster.remove_node(doomed, allow_graceful=False)

    write_shards_on_ray(plan, str(tmp_path / "ray"), None, None, tell)
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")
    assert sorted(o.source.name for o in told) == [s.name for s in sources]
    assert sorted(o.source.name for o in told if o.error) == ["017.txt", "044.txt"]
    again = []
    write_shards_on_ray(plan, str(tmp_path / "ray"), None, None, again.append)
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")
