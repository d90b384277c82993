"""What a reader does on a lesson's page: choose a framework, open folds, read without scripts."""

import json

import pytest


@pytest.fixture(scope="module")
def lesson(sample):
    return sample / "out" / "html" / "notebooks" / "1_qubits" / "1_1_sample.html"


@pytest.fixture
def page(browser, lesson):
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    page = context.new_page()
    page.goto(lesson.as_uri())
    yield page
    context.close()


def test_tabs_work_by_keyboard_and_are_remembered(page, lesson):
    qiskit, cirq = page.locator(".qt-panel.qiskit").first, page.locator(".qt-panel.cirq").first
    assert qiskit.is_visible() and not cirq.is_visible()
    page.locator("[role=tab]").first.focus()
    page.keyboard.press("ArrowRight")
    assert cirq.is_visible() and not qiskit.is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Cirq"
    page.goto((lesson.parent / "1_2_sample.html").as_uri())
    assert page.locator(".qt-panel.cirq").first.is_visible()
    assert page.locator("[role=tab][aria-selected=true]").first.inner_text() == "Cirq"
    page.locator("[role=tab][aria-selected=true]").first.focus()
    page.keyboard.press("Home")
    assert page.locator(".qt-panel.qiskit").first.is_visible()


def test_hints_and_solutions_open_by_keyboard(page):
    fold = page.locator("#exercise-1-1-a details.hint").first
    assert not fold.locator("div").first.is_visible()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.locator("div").first.is_visible()


def test_a_solution_shows_both_frameworks_and_the_reason(page):
    fold = page.locator("#exercise-1-1-a details.solution")
    text = fold.text_content()
    assert "bell.copy()" in text and "bell_cirq" in text and "right" in text and "Why" in text
    assert "BEGIN SOLUTION" not in text
    stub = page.locator("#exercise-1-1-a > .cell").first.inner_text()
    assert "mine = None" in stub and "bell.copy" not in stub


def test_a_term_is_linked_at_its_first_use_with_chinese_and_urdu(page):
    links = page.locator("a.qt-term", has_text="entanglement")
    assert links.count() == 1
    title = links.get_attribute("title")
    assert "纠缠" in title and "الجھاؤ" in title
    assert links.get_attribute("href").endswith("book/glossary.html#term-entanglement")


def test_the_arrow_keys_turn_the_page_where_nothing_else_wants_them(page):
    first, second = page.url, page.url.replace("1_1_sample", "1_2_sample")
    page.locator("[role=tab]").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.locator("[role=tab][aria-selected=true]").first.blur()
    page.keyboard.press("Shift+ArrowRight")
    assert page.url == first
    page.keyboard.press("ArrowRight")
    page.wait_for_url(second)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(first)


def test_an_interactive_cell_moves_on_the_page(page):
    box = page.locator(".qt-frames")
    assert box.locator(".qt-shown").inner_text() == "left turned by 2"
    before = page.evaluate("document.documentElement.scrollHeight")
    box.scroll_into_view_if_needed()
    page.wait_for_function("Boolean(document.querySelector('.qt-frames').data)")  # it came, and moved nothing
    assert page.evaluate("document.documentElement.scrollHeight") == before
    turn, name = box.locator("input").all()
    turn.focus()
    page.keyboard.press("ArrowRight")
    assert box.locator(".qt-shown").inner_text() == "left turned by 3"
    name.focus()
    page.keyboard.press("End")
    assert box.locator(".qt-shown").inner_text() == "right turned by 3"
    assert [turn.get_attribute("aria-valuetext"), name.get_attribute("aria-valuetext")] == ["3", "right"]
    assert box.locator("output").all_inner_texts() == ["3", "right"]
    assert not page.locator(".qt-interactive .qt-note").is_visible()


def test_the_sections_of_this_page_follow_the_reader(page):
    page.set_viewport_size({"width": 1400, "height": 500})
    marked = page.locator(".qt-toc a[aria-current]")
    page.locator("h2", has_text="Recall").evaluate("head => head.scrollIntoView()")
    page.wait_for_function("document.querySelector('.qt-toc a[aria-current]')?.textContent.includes('Recall')")
    assert marked.count() == 1
    page.locator("h2", has_text="Predict first").evaluate("head => head.scrollIntoView()")
    page.wait_for_function("document.querySelector('.qt-toc a[aria-current]')?.textContent.includes('Predict')")
    assert page.locator(".qt-side a[aria-current]").is_visible()


def test_the_browser_remembers_what_was_read_and_what_is_due(browser, lesson):
    context = browser.new_context(viewport={"width": 1300, "height": 700})
    context.clock.set_fixed_time("2026-03-02T10:00:00")
    page = context.new_page()
    page.goto(lesson.as_uri())
    assert page.locator(".qt-side .qt-done").count() == 0
    card = page.locator(".qt-recall details").first
    card.locator("summary").click()
    card.get_by_role("button", name="Not yet").click()
    assert "asked again tomorrow" in card.inner_text()
    second = page.locator(".qt-recall details").nth(1)
    second.locator("summary").click()
    for when in ("tomorrow", "in 3 days", "in 7 days"):
        second.get_by_role("button", name="I knew it").click()
        assert f"asked again {when}" in second.inner_text()
    page.locator("main footer").scroll_into_view_if_needed()
    page.locator(".qt-side .qt-done").wait_for()
    front = (lesson.parents[2] / "book" / "index.html").as_uri()
    page.goto(front)
    go_on = page.locator(".qt-go-on")
    assert "Go on with A sample lesson: two conventions" in go_on.inner_text() and "Due" not in go_on.inner_text()
    context.clock.set_fixed_time("2026-03-03T10:00:00")
    page.goto(front)
    assert "Due for repetition: 1.1" in go_on.inner_text()
    go_on.locator("a", has_text="1.1").click()
    page.locator(".qt-recall details.due").wait_for(state="attached")
    assert page.locator(".qt-recall details.due").count() == 1
    assert page.locator(".qt-recall details").first.get_attribute("class") == "due"
    context.close()


def test_two_tabs_remember_together(browser, lesson):
    context = browser.new_context(viewport={"width": 1300, "height": 700})
    front, first, second = context.new_page(), context.new_page(), context.new_page()
    front.goto((lesson.parents[2] / "book" / "index.html").as_uri())
    assert front.locator(".qt-go-on").count() == 0
    for tab in (first, second):
        tab.goto(lesson.as_uri())
    for tab, number in ((first, 0), (second, 1)):
        card = tab.locator(".qt-recall details").nth(number)
        card.locator("summary").click()
        card.get_by_role("button", name="I knew it").click()
    # The front page, open all the while, hears of the lesson that was opened in another tab.
    front.locator(".qt-go-on", has_text="Go on with A sample lesson").wait_for()
    assert front.locator(".qt-go-on").count() == 1
    # What one tab keeps reaches the others late, and is never lost to what they keep meanwhile.
    for tab in (front, first, second):
        tab.wait_for_function("Object.keys(localStorage).filter((key) => key.startsWith('qt-card:')).length === 2")
    context.close()


def test_a_page_says_with_what_it_ran_and_how_to_report_a_mistake(page):
    from importlib.metadata import version

    footer = page.locator("main footer")
    assert f"with Qiskit {version('qiskit')}, Cirq {version('cirq-core')}" in footer.inner_text()
    assert footer.locator("text=/Run on 20\\d\\d-\\d\\d-\\d\\d/").count() == 1
    report = footer.locator(".qt-report")
    report.locator("summary").click()
    report.locator("select").select_option("1.1.b")
    lines = report.locator("pre").inner_text().splitlines()
    assert lines[0].startswith("1.1 A sample lesson") and lines[1].startswith("qtrain ") and lines[2] == "1.1.b"


def test_a_page_that_is_not_there_leads_to_the_front_page(browser, lesson):
    missing = lesson.parents[2] / "404.html"
    html = missing.read_text("utf-8")
    context = browser.new_context()
    context.route("http://book.test/**", lambda route: route.fulfill(body=html, content_type="text/html"))
    page = context.new_page()
    for address in ("/site/notebooks/1_qubits/old.html", "/site/book/x.html", "/site/nothing"):
        page.goto(f"http://book.test{address}")
        assert page.locator("a").evaluate("link => link.href") == "http://book.test/site/book/index.html"
    context.close()


def test_recall_cards_fold(page):
    card = page.locator(".qt-recall details").first
    assert not card.locator("p").first.is_visible()
    card.locator("summary").click()
    assert "On the right" in card.inner_text()


def test_the_learners_notebook_is_beside_the_page(page, lesson):
    link = page.locator("a.qt-download").get_attribute("href")
    notebook = json.loads((lesson.parent / link).resolve().read_text("utf-8"))
    code = "".join("".join(cell["source"]) for cell in notebook["cells"])
    assert "mine = None" in code and "BEGIN SOLUTION" not in code and "One gate makes" not in code


def test_everything_is_readable_without_scripts(browser, lesson):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(lesson.as_uri())
    assert page.locator(".qt-panel.qiskit").first.is_visible() and page.locator(".qt-panel.cirq").first.is_visible()
    assert page.locator(".qt-panel-name").first.is_visible()
    assert page.locator(".katex").first.is_visible()
    assert not page.locator(".qt-frames").is_visible() and page.locator(".qt-interactive .qt-note").is_visible()
    page.locator("#exercise-1-1-a details.hint summary").first.click()
    assert page.locator("#exercise-1-1-a details.hint div").first.is_visible()
    page.set_viewport_size({"width": 360, "height": 700})
    page.locator(".qt-menu > summary").click()
    assert page.locator(".qt-menu nav a[aria-current]").is_visible()
    others = page.locator(".qt-menu details.qt-part:not([open])")
    assert others.count() >= 2 and not others.first.locator("a").first.is_visible()
    others.first.locator("summary").click()
    assert page.locator(".qt-menu nav a").first.is_visible()
    context.close()


def test_the_claims_page_states_what_the_lesson_computed(sample):
    text = (sample / "out" / "html" / "book" / "claims.html").read_text("utf-8")
    assert "Bell correlation" in text and "within 0.001" in text and "Bell 1964" in text


def test_the_map_links_what_is_written_and_marks_what_is_planned(sample):
    text = (sample / "out" / "html" / "book" / "map.html").read_text("utf-8")
    assert 'aria-label="1.2 A sample lesson: two conventions"' in text
    assert "<title>2.4 Teleportation</title>" in text and 'aria-label="2.4' not in text
