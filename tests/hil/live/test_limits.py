"""How many browsers may look at once, and who makes room for whom."""

from __future__ import annotations

import pytest
from nicegui import Client

from earloop.hil.live.limits import MOST_PAGES, has_room


class Shown:
    """A page as NiceGUI keeps it: with a browser at its websocket, or with one that may come back, or with none."""

    def __init__(self, there, name, *, connected=False, may_come_back=False):
        self.has_socket_connection, self._delete_tasks, self.created, self.id = connected, may_come_back, 0.0, name
        self._there = there

    def delete(self):
        del self._there[self.id]


@pytest.fixture
def there(monkeypatch):
    there = {}
    monkeypatch.setattr(Client, "instances", there)
    return there


def test_browsers_that_look_keep_their_page_and_no_more_are_let_in(there):
    for i in range(MOST_PAGES):
        assert has_room()
        there[i] = Shown(there, i, connected=i % 2 == 0, may_come_back=i % 2 == 1)
    assert not has_room()
    assert len(there) == MOST_PAGES
    there.popitem()
    assert has_room()


def test_pages_that_nobody_opened_make_room(there):
    there.update({i: Shown(there, i, connected=i < 3) for i in range(MOST_PAGES)})
    assert has_room()
    assert sorted(there) == [0, 1, 2]
