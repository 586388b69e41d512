"""The rules in the order in which each builds on what stands before it."""

from __future__ import annotations

from ie.doc_numbers import find_numbers
from ie.document import Annotations, Document, Span
from ie.intervals import Intervals
from ie.rules.agencies import find_agencies
from ie.rules.channels import find_channels
from ie.rules.chrome import find_addresses, find_counters, find_navigation
from ie.rules.dates import find_dates
from ie.rules.facts import find_facts
from ie.rules.lexicon import find_words
from ie.rules.periodicals import split_quoted
from ie.rules.places import learn_places
from ie.rules.quantities import find_counts, find_rates
from ie.rules.titles import find_issuers, find_quoted, find_titles
from ie.rules.wrapped import carry_back, join_wrapped


def annotate(document: Document) -> Annotations:
    """Mark all labels, attributes and relations of a document by rule, in linear time."""
    joined = join_wrapped(document.text)
    if joined is None:
        return _annotate(document)
    return carry_back(document, joined, _annotate(Document(joined.text, document.name)))


def _annotate(document: Document) -> Annotations:
    text = document.text
    words = find_words(text)

    numbers = find_numbers(text)
    quoted, periodicals = split_quoted(text, find_quoted(text))
    titles, has_number = find_titles(text, quoted, numbers)
    names = [(q.start - 1, q.close) for q in quoted] + [(n.start, n.end) for n in numbers]
    names += find_navigation(text)
    named = Intervals(names)

    dates = [Span(*d, "DATE") for d in find_dates(text) if not named.touch(*d)]
    rates = [r for r in find_rates(text) if not named.touch(r.start, r.end)]
    uncounted = Intervals(
        names
        + find_addresses(text)
        + find_counters(text)
        + [(s.start, s.end) for s in (*dates, *rates, *periodicals)]
    )
    counts = list(find_counts(text, uncounted.touch))
    figures = sorted((*rates, *counts), key=lambda s: s.start)

    bounds = sorted((*dates, *figures), key=lambda s: s.end)
    channels = find_channels(text, words, named.intervals, bounds, periodicals)
    closed = Intervals(names + [(c.start, c.end) for c in channels])
    agencies = find_agencies(text, words, learn_places(text), closed.intervals)

    spans, relations = find_facts(document, figures, dates, agencies, channels)
    return Annotations(
        document,
        (*dates, *numbers, *titles, *channels, *agencies, *spans),
        (*has_number, *find_issuers(text, titles, agencies), *relations),
    )
