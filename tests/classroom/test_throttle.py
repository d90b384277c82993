"""Guessing is slow; nobody is locked out by others for long."""

from qtrain.classroom.throttle import ADDRESS, NAME, PERSON, Throttle


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def tries(throttle, seconds, clock, **who):
    """How many tries get through, asking ten times a second."""
    through = 0
    for _ in range(int(10 * seconds)):
        through += not throttle.wait(**who)
        clock.now += 0.1
    return through


def test_one_person_at_one_place_is_slowed():
    clock = Clock()
    throttle = Throttle(clock)
    through = tries(throttle, 600, clock, name="ayesha", address="10.0.0.5")
    assert through <= PERSON.at_once + 600 / PERSON.seconds + 1


def test_many_places_together_are_slowed_for_one_name():
    clock = Clock()
    throttle = Throttle(clock)
    through = 0
    for step in range(6000):
        through += not throttle.wait("ayesha", f"10.0.{step % 250}.7")
        clock.now += 0.1
    assert through <= NAME.at_once + 600 / NAME.seconds + 1


def test_many_names_from_one_place_are_slowed():
    clock = Clock()
    throttle = Throttle(clock)
    through = 0
    for step in range(6000):
        through += not throttle.wait(f"learner{step}", "10.0.0.5")
        clock.now += 0.1
    assert through <= ADDRESS.at_once + 600 / ADDRESS.seconds + 1


def test_a_class_behind_one_router_gets_in_at_once():
    throttle = Throttle(Clock())
    for learner in range(150):
        assert throttle.wait(f"learner{learner}", "10.0.0.1") == 0
    for learner in range(150):
        throttle.right(f"learner{learner}", "10.0.0.1")
    for learner in range(150):  # and again, and some mistype
        assert throttle.wait(f"learner{learner}", "10.0.0.1") == 0


def test_a_learner_who_guesses_does_not_lock_another_out():
    clock = Clock()
    throttle = Throttle(clock)
    tries(throttle, 300, clock, name="ayesha", address="10.0.0.5")  # Bilal guesses Ayesha's code
    assert throttle.wait("ayesha", "10.0.0.5") > 0
    assert throttle.wait("ayesha", "10.0.0.6") == 0, "at her own device she gets in"
    assert throttle.wait("ayesha", "10.0.0.5", device="hers") == 0, "behind one router, too, where she was before"
    assert throttle.wait("chen", "10.0.0.5") == 0, "others behind that router get in"
    assert throttle.wait("ayesha", "10.0.0.5") <= PERSON.seconds, "and nobody waits longer than this"


def test_a_stolen_device_is_slowed_as_well():
    clock = Clock()
    throttle = Throttle(clock)
    through = tries(throttle, 600, clock, name="ayesha", address="10.0.0.5", device="hers")
    assert through <= PERSON.at_once + 600 / PERSON.seconds + 1


def test_what_was_right_does_not_count():
    throttle = Throttle(Clock())
    for _ in range(1000):
        assert throttle.wait("ayesha", "10.0.0.5") == 0
        throttle.right("ayesha", "10.0.0.5")


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr("qtrain.classroom.throttle._MOST", 100)
    throttle = Throttle(Clock())
    for number in range(10_000):
        throttle.wait(str(number), f"10.{number % 200}.0.1")
    assert len(throttle._empty_at) <= 100
