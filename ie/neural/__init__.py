"""The model: windows of a document through one network, decoded to annotations.

In the order the data flows: :mod:`windows`, :mod:`encode`, :mod:`examples` and :mod:`network`
(training only), :mod:`decode`, :mod:`annotate`; :mod:`configuration`, :mod:`train` and
:mod:`export` make the checkpoint that :mod:`annotate` reads.
"""
