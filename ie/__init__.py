"""Turn Chinese government disclosure reports (政府信息公开工作年度报告) into checked, cited data.

Reading this package in the order the data flows: ``reading`` (a file becomes a
:class:`~ie.document.Document`), ``rules`` (a document becomes
:class:`~ie.document.Annotations`), ``assemble`` (annotations become a
:class:`~ie.report.Report`), ``checks``, ``cli``.
"""

__version__ = "0.1.0"
