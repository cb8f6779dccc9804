"""A closed loop of users without think time, for the target_*test.py files."""

import selectors
import time

REQUEST = b"GET /health HTTP/1.1\r\n\r\n"


def closed_loop(target, users, rounds):
    """Answers per second of `users` users over about `rounds` answers each, after one each to begin with."""
    selector = selectors.DefaultSelector()
    links = [target.raw() for _ in range(users)]
    try:
        for link in links:
            selector.register(link, selectors.EVENT_READ)
            link.sendall(REQUEST)
        answers, start = 0, None
        while answers < users * (rounds + 1):
            for key, _ in selector.select(30):
                assert key.fileobj.recv(4096).startswith(b"HTTP/1.1 200 "), "no answer"
                key.fileobj.sendall(REQUEST)
                answers += 1
                if answers == users:
                    start = time.monotonic()
        return (answers - users) / (time.monotonic() - start)
    finally:
        selector.close()
        for link in links:
            link.close()


def reaches(target, users, rounds, truth, tries=20):
    """The first rate within 2 % of the truth. Another program on the machine makes some tries slow, a wrong rate
    stays wrong in all of them."""
    seen = []
    for _ in range(tries):
        seen.append(closed_loop(target, users, rounds))
        if abs(seen[-1] / truth - 1) <= 0.02:
            return seen[-1]
    raise AssertionError("expected %.1f/s with %d users within 2 %%, found %s" % (truth, users, seen))
