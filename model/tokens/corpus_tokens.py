"""The tokens of a whole corpus: computed once, stored next to the corpus, and read by memory map.

    NAME.zarr/                                       the corpus
    NAME.tokens/DESIGN-golden/SUBJECT_NNN/           its tokens, see `earloop.model.tokens.token_files`
                DESIGN-float/SUBJECT_NNN/

Only a session whose tokens are missing, damaged or older than the session is tokenised again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from earloop.model.config import ModelError
from earloop.model.tokens.token_files import read_tokens, write_tokens
from earloop.model.tokens.token_stream import Source, TokenFormat, TokenStream
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import Annotation, Corpus, PlannedSession, Recording, open_corpus
from earloop.recordings.store.checksums import find_damage
from earloop.recordings.store.session_store import SESSION_SUMS
from earloop.spec.design import Design
from earloop.system.whole import writing
from earloop.system.worker_processes import processes


@dataclass(frozen=True)
class TokenisedSession:
    """A session of a corpus, its tokens on disk, and its events. The stream may be shorter than the session."""

    planned: PlannedSession
    stream: TokenStream
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True)
class CorpusTokens:
    """The tokens of all or some finished sessions of a corpus, in the order of the plan."""

    corpus: Corpus
    sessions: tuple[TokenisedSession, ...]

    @property
    def streams(self) -> tuple[TokenStream, ...]:
        """The stream of each session."""
        return tuple(session.stream for session in self.sessions)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The names of the subjects, each once, in the order of the plan."""
        return tuple(dict.fromkeys(session.planned.subject for session in self.sessions))

    @property
    def hours(self) -> float:
        """The duration of all streams together."""
        return sum(len(stream) / stream.format.rate_hz for stream in self.streams) / 3600

    @cached_property
    def corpus_id(self) -> str:
        """SHA-256 of the corpus's plan, in hex. A checkpoint names by it the corpus that it learned from."""
        canonical = json.dumps(self.corpus.plan.facts(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def of_subjects(self, names: Collection[str]) -> CorpusTokens:
        """Return the sessions of some subjects.

        Raises
        ------
        ModelError
            No subject is named, or one has no session.
        """
        missing = sorted(set(names) - set(self.subjects))
        if missing or not names:
            raise ModelError(
                f"{self.corpus.path}: no session of subject {', '.join(missing) or '(none named)'}; "
                f"its subjects are {', '.join(self.subjects)}"
            )
        return replace(self, sessions=tuple(s for s in self.sessions if s.planned.subject in names))

    def first_hours(self, hours: float) -> CorpusTokens:
        """Return the first `hours` of signal, of as many subjects as possible; fewer hours are a part of more hours.

        The first session of every subject comes before the second of any. The last session is cut to whole patches.

        Raises
        ------
        ModelError
            The hours hold no patch, or exceed those of the corpus.
        """
        fmt = self.sessions[0].stream.format
        left = round(hours * 3600 * fmt.rate_hz) // fmt.patch * fmt.patch
        total = sum(len(stream) for stream in self.streams)
        if not 0 < left <= total:
            raise ModelError(
                f"{self.corpus.path}: {hours:g} h do not fit; wanted more than 0, and at most {self.hours:g} h"
            )
        chosen: list[TokenisedSession] = []
        for session in sorted(self.sessions, key=lambda s: (s.planned.number, s.planned.index)):
            ticks = min(left, len(session.stream))
            left -= ticks
            if ticks:
                chosen.append(replace(session, stream=_cut(session.stream, ticks)))
        return replace(self, sessions=tuple(sorted(chosen, key=lambda s: s.planned.index)))


def corpus_tokens(
    path: Path | str,
    design: Design | None = None,
    *,
    source: Source = "golden",
    workers: int = 1,
    verify: bool = False,
    advance: Callable[[int], None] = lambda seconds: None,
) -> CorpusTokens:
    """Return the tokens of every finished session of a corpus; missing tokens are computed and stored.

    Parameters
    ----------
    path : path of the corpus, of codes or uV; the latter pass through the converter without a front end's noise
    design : if given, the design that the corpus must have been made for
    workers : number of processes that tokenise
    verify : whether to compare the checksums of all stored tokens; their sizes and headers are always checked
    advance : called with the seconds of signal that are tokenised so far

    Raises
    ------
    RecordingError
        There is no corpus, it has another design, or a session is damaged.
    ModelError
        No session is finished, the disk cannot be written, or another process tokenises the same corpus.
    """
    corpus = open_corpus(path, design)
    finished = corpus.finished
    if not finished:
        raise ModelError(f"{corpus.path}: no finished session; run the `earloop synth` that made it again")
    folder = tokens_folder(corpus, source)
    good = {planned: session for planned in finished if (session := _stored(corpus, planned, source, verify))}
    seconds = sum(planned.seconds for planned in good)
    advance(seconds)
    lacking = [planned for planned in finished if planned not in good]
    if lacking:
        with _one_writer(folder):
            for planned in _store_all(corpus, lacking, source, workers):
                seconds += planned.seconds
                advance(seconds)
    return CorpusTokens(corpus, tuple(good.get(planned) or _read(corpus, planned, source) for planned in finished))


def tokens_folder(corpus: Corpus, source: Source) -> Path:
    """Return the folder of a corpus's tokens."""
    return corpus.path.with_suffix(".tokens") / f"{corpus.plan.design.design_hash[:12]}-{source}"


def store_tokens(path: Path, index: int, source: Source) -> None:
    """Tokenise the `index`-th session of the corpus at `path`. Any process may call this."""
    corpus = open_corpus(path)
    planned = corpus.plan.sessions[index]
    stored = corpus.open(planned)
    recording = Recording(stored.read(), stored.unit, stored.sfreq, stored.channels, stored.annotations, stored.meta)
    stream = tokenize(
        recording,
        corpus.plan.design,
        source=source,
        name=planned.name,
        subject=planned.subject,
        session=f"{planned.number:03}",
    )
    write_tokens(stream, stored.annotations, _digest(corpus, planned), tokens_folder(corpus, source) / planned.name)


def _store_all(
    corpus: Corpus, lacking: Sequence[PlannedSession], source: Source, workers: int
) -> Iterator[PlannedSession]:
    """Tokenise sessions, and yield each when its tokens are stored."""
    path = corpus.path.absolute()
    if workers == 1:
        for planned in lacking:
            store_tokens(path, planned.index, source)
            yield planned
        return
    with processes(workers) as executor:
        futures = {executor.submit(store_tokens, path, planned.index, source): planned for planned in lacking}
        try:
            for future in as_completed(futures):
                future.result()
                yield futures[future]
        except BrokenProcessPool:
            raise ModelError(
                f"{corpus.path}: a worker process died, perhaps of too little memory; finished tokens are kept: "
                "run the same command again to continue"
            ) from None


def _read(corpus: Corpus, planned: PlannedSession, source: Source) -> TokenisedSession:
    wanted = TokenFormat.of(corpus.plan.design, source)
    folder = tokens_folder(corpus, source) / planned.name
    return TokenisedSession(planned, *read_tokens(folder, wanted, _digest(corpus, planned)))


def _stored(corpus: Corpus, planned: PlannedSession, source: Source, verify: bool) -> TokenisedSession | None:
    """Return the stored tokens of a session, or None where they are missing, damaged or too old."""
    try:
        session = _read(corpus, planned, source)
    except ModelError:
        return None
    return None if verify and find_damage(tokens_folder(corpus, source) / planned.name) else session


def _digest(corpus: Corpus, planned: PlannedSession) -> str:
    """Return the hash of a session's checksums, which changes with any of its files."""
    sums = corpus.path_of(planned) / SESSION_SUMS
    try:
        return hashlib.sha256(sums.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{sums}: cannot be read ({error.strerror}); the session is damaged") from None


def _cut(stream: TokenStream, ticks: int) -> TokenStream:
    return replace(stream, samples=stream.samples[:ticks], notched_uv=stream.notched_uv[:ticks])


@contextmanager
def _one_writer(folder: Path) -> Iterator[None]:
    """Lock the folder for one writer, and remove the partial files of a writer that was killed."""
    with writing(folder, ModelError):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the kernel unlocks it when the process ends
        except BlockingIOError:
            raise ModelError(f"{folder}: another process is tokenising; wait for it or stop it") from None
        for scratch in folder.glob(".*"):
            shutil.rmtree(scratch, ignore_errors=True)
        yield
    finally:
        os.close(handle)
