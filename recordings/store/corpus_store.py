"""Corpora on disk: many sessions of many people under one plan, which determines every byte.

    name.zarr/
      zarr.json                      group; attributes["earloop_corpus"] = version and plan
      sessions/SUBJECT_NNN.zarr/     one session each, written by `write_session`: complete, or absent

While no process is writing, the group's `zarr.json` also has the metadata of all sessions (consolidated metadata), so
that `xarray.open_datatree` opens a corpus by one read, unless the file would be too long.

A corpus that is not complete yet, or whose generation was interrupted, has fewer sessions than its plan.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zarr

from earloop.recordings.recording import RecordingError
from earloop.recordings.store.array_files import HEAD_NAME, MOST_HEAD_BYTES, group_attributes
from earloop.recordings.store.checksums import find_damage
from earloop.recordings.store.corpus_plan import CorpusError, CorpusPlan, PlannedSession
from earloop.recordings.store.session_store import SESSION_SUMS, consolidate
from earloop.recordings.store.stored_session import StoredSession, open_session
from earloop.spec.bounded_file import read_at_most
from earloop.spec.design import Design
from earloop.spec.differences import differences
from earloop.system.whole import HeldError, hold, scratch_folder, write_whole, writing

VERSION = 1
ATTRIBUTE = "earloop_corpus"
SESSIONS = "sessions"
CONSOLIDATED = "consolidated_metadata"  # Zarr's key


@dataclass(frozen=True)
class Corpus:
    """A corpus on disk; its signals are not in memory."""

    path: Path
    plan: CorpusPlan

    def path_of(self, planned: PlannedSession) -> Path:
        """Return the path of a planned session, which may not exist yet."""
        return self.path / SESSIONS / f"{planned.name}.zarr"

    @property
    def finished(self) -> tuple[PlannedSession, ...]:
        """The existing sessions, in the order of the plan."""
        return tuple(planned for planned in self.plan.sessions if self.path_of(planned).is_dir())

    def open(self, planned: PlannedSession) -> StoredSession:
        """Open one session; its signal is read later.

        Raises
        ------
        RecordingError
            The session does not exist, lacks files, or has another duration than planned.
        """
        stored = open_session(self.path_of(planned))
        wanted = planned.seconds * stored.sfreq
        if stored.samples != wanted:
            raise RecordingError(f"{stored.path}: {stored.samples} samples; the corpus plans {wanted:g}")
        return stored

    def damage(self, planned: PlannedSession) -> list[str]:
        """Return one line for each damage of a finished session; all files are read, and their checksums compared."""
        path = self.path_of(planned)
        complaints = [f"{path}/{complaint}" for complaint in find_damage(path, SESSION_SUMS)]
        if not complaints:
            try:
                self.open(planned)
            except RecordingError as error:
                complaints.append(str(error))
        return complaints

    @contextmanager
    def being_written(self) -> Iterator[None]:
        """Lock the corpus for one writer; incomplete files of killed writers are removed before and after.

        Raises
        ------
        CorpusError
            Another process is writing.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(hold(self.path))
            except HeldError as error:
                raise CorpusError(f"{self.path}: {error.strerror}") from None
            if len(self.finished) < len(self.plan.sessions):
                self._forget_sessions()
            stack.callback(self._list_sessions)
            self._remove_scratch()
            stack.callback(self._remove_scratch)
            yield

    def _forget_sessions(self) -> None:
        """Remove the sessions' metadata from the corpus's `zarr.json`, so that readers list the existing sessions."""
        head = self._head()
        if head.pop(CONSOLIDATED, None):
            write_whole(self.path / HEAD_NAME, json.dumps(head))

    def _list_sessions(self) -> None:
        sizes = (self.path_of(planned).joinpath(HEAD_NAME).stat().st_size for planned in self.finished)
        with suppress(OSError):  # a full disk: a corpus that does not list its sessions is a corpus, too
            if 0 < sum(sizes) < MOST_HEAD_BYTES // 2 and CONSOLIDATED not in self._head():
                consolidate(self.path)

    def _head(self) -> dict[str, Any]:
        head: dict[str, Any] = json.loads(read_at_most(self.path / HEAD_NAME, MOST_HEAD_BYTES))
        return head

    def _remove_scratch(self) -> None:
        for scratch in (self.path / SESSIONS).glob(".*.zarr.*"):
            shutil.rmtree(scratch, ignore_errors=True)
        for scratch in self.path.glob("zarr.*.partial"):  # Zarr's, of the head
            scratch.unlink(missing_ok=True)


def create_corpus(path: Path | str, plan: CorpusPlan) -> Corpus:
    """Create an empty corpus at `path`, or open an existing one of the same plan.

    Raises
    ------
    CorpusError
        The path does not end in `.zarr`, cannot be written, or has other contents; the message names a difference in
        plan.
    """
    path = Path(path)
    if path.suffix != ".zarr":
        raise CorpusError(f"{path}: a corpus is a directory named *.zarr; try {path.with_suffix('.zarr').name}")
    if path.exists() or path.is_symlink():
        corpus = open_corpus(path)
        if difference := next(differences(corpus.plan.facts(), plan.facts()), None):
            raise CorpusError(f"{path}: holds a corpus of another plan: its {difference}; choose another name")
        return corpus
    head = {ATTRIBUTE: {"version": VERSION, **plan.facts()}}
    with writing(path, CorpusError), scratch_folder(path) as scratch:
        zarr.create_group(scratch, zarr_format=3, attributes=head).create_group(SESSIONS)
        scratch.rename(path)
    return Corpus(path, plan)


def open_corpus(path: Path | str, design: Design | None = None) -> Corpus:
    """Open a corpus and read its plan.

    Parameters
    ----------
    design : the design that the corpus must have; None for any

    Raises
    ------
    CorpusError
        There is no corpus, or it is damaged or of another version or design; the message names the field that differs.
    """
    path = Path(path)
    head = group_attributes(path).get(ATTRIBUTE)
    if not isinstance(head, dict):
        raise CorpusError(f"{path}: not a corpus: no zarr.json with the attribute {ATTRIBUTE}")
    version = str(head.get("version"))[:20]
    if version != str(VERSION):
        raise CorpusError(f"{path}: corpus version {version}; this program reads {VERSION}")
    try:
        plan = CorpusPlan.from_facts(head)
    except ValueError as error:
        raise CorpusError(f"{path}: damaged corpus: its plan lacks or garbles {error}") from None
    if design is not None and plan.design.design_hash != design.design_hash:
        difference = next(differences(plan.design.model_dump(mode="json"), design.model_dump(mode="json")), None)
        raise CorpusError(
            f"{path}: made for design {plan.design.design_hash[:12]}, not {design.design_hash[:12]}: its {difference}"
        )
    return Corpus(path, plan)
