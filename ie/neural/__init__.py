"""The model: windows of a document through one network, decoded to annotations.

In the order the data flows: :mod:`windows`, :mod:`encode`, :mod:`network`, :mod:`decode`,
:mod:`annotate` and :mod:`model` predict. :mod:`configuration`, :mod:`examples`, :mod:`batches`,
:mod:`learner`, :mod:`checkpoint`, :mod:`train` and :mod:`export` make what they run; only
these, and the network, need PyTorch.
"""
