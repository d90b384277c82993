"""Codes that are read aloud and typed on any keyboard, and kept as hashes."""

import math

import pytest

from qtrain.classroom import codes


class Store(dict):
    def code(self, name):
        return self.get(name)

    def keep_code(self, name, salt, digest):
        self[name] = (salt, digest)


def given(store, name):
    code = codes.new_code()
    codes.give(store, name, code)
    return code


def test_a_code_is_long_enough_and_each_is_another():
    assert codes.LENGTH * math.log2(len(set(codes.SYLLABLES))) >= 45
    made = {codes.new_code() for _ in range(200)}
    assert len(made) == 200
    assert all(len(codes.plain(code)) == 16 and code.count("-") == 3 for code in made)


def typed(code: str) -> list[str]:
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else "\u3000" for c in code)
    return [code, code.upper(), code.replace("-", " "), code.replace("-", ""), f"  {code}\n", wide, wide.upper()]


def test_it_counts_however_it_is_typed():
    store = Store()
    code = given(store, "ayesha")
    for form in typed(code):
        assert codes.right(store, "ayesha", form), form
    heard = code.translate(str.maketrans("bfskji", "pvzcy1")).replace("o", "０")
    assert codes.right(store, "ayesha", heard), heard


def test_a_sign_that_is_read_for_another_occurs_in_no_code():
    assert not set("pvzcqywxl") & set("".join(codes.SYLLABLES))


@pytest.mark.parametrize("wrong", ["", "x", "bado-kemi-suta-rino", "bado" * 100000])
def test_another_code_is_wrong(wrong):
    store = Store()
    given(store, "ayesha")
    assert not codes.right(store, "ayesha", wrong)


def test_nobody_has_no_code_and_one_learner_not_anothers():
    store = Store()
    code = given(store, "ayesha")
    given(store, "bilal")
    assert not codes.right(store, "bilal", code)
    assert not codes.right(store, "nobody", code) and not codes.right(store, None, code)
    new = given(store, "ayesha")
    assert codes.right(store, "ayesha", new) and not codes.right(store, "ayesha", code)


def test_what_is_kept_tells_nothing():
    store = Store()
    code = given(store, "ayesha")
    assert code.encode() not in b"".join(store["ayesha"]) and codes.plain(code).encode() not in b"".join(
        store["ayesha"]
    )
    assert given(store, "bilal") and store["ayesha"][0] != store["bilal"][0]


def test_the_hint_says_what_is_wrong_with_the_form_alone():
    assert "14" in codes.hint("bado-kemi-suta-ri")
    assert "letter by letter" in codes.hint("bado kemi suta rino")
    assert "rino" not in codes.hint("bado kemi suta rino")


def test_a_name_that_nobody_has_costs_as_much(monkeypatch):
    store, made = Store(), []
    given(store, "ayesha")
    hashed = codes.hashed
    monkeypatch.setattr(codes, "hashed", lambda code, salt: made.append(len(salt)) or hashed(code, salt))
    for name in ("ayesha", "nobody", None):
        assert not codes.right(store, name, "bado-kemi-suta-rino")
    assert made == [16] * 3
