from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import ROOT, host_file, with_content, with_section

from chelated import ChelatedError, Host, Modules, Student, Tokens
from chelated.sparse import Table


def code_of(call) -> str:
    with pytest.raises(ChelatedError) as refused:
        call()
    return refused.value.code


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(shape, np.float32)


def test_row_kernels(host: Host) -> None:
    x = normal(2500, 13)  # more rows than a block
    unit = host.normalize(x)
    assert np.array_equal(host.push(unit, unit, 0.1), unit), "a row that is its own centre stays as it is"
    first, vanished = host.blend(x, normal(2500, 13), 0)
    assert vanished == 0 and np.array_equal(first, unit), "α = 0 is normalise(x)"
    assert host.blend(unit, -unit, 0.5)[1] == len(x), "a blend of opposites vanishes"
    assert code_of(lambda: host.push(x, normal(2500, 12), 0.1)) == "shape_mismatch"
    assert code_of(lambda: host.normalize(x[0])) == "shape_mismatch"


def test_index(host: Host) -> None:
    rows = host.normalize(normal(3000, 24))
    index = host.hold(rows)
    best, scores = index.top_k(rows, 3)
    assert np.array_equal(best[:, 0], np.arange(3000)), "a unit row is nearest to itself"
    assert (np.diff(scores, axis=1) <= 0).all()
    assert index.top_k(rows[:2], 5000)[0].shape == (2, 3000)
    centroids = index.centroid([[7], [], [1, 2]])
    assert np.array_equal(centroids[0], rows[7]) and not centroids[1].any()
    assert code_of(lambda: index.centroid([[3000]])) == "shape_mismatch"
    assert code_of(lambda: index.top_k(rows[:, 1:], 3)) == "shape_mismatch"


def test_modules_refuse() -> None:
    word_piece = (ROOT / "assets/chelated-wordpiece.wasm").read_bytes()
    kernels = (ROOT / "assets/chelated-kernels.wasm").read_bytes()
    assert code_of(lambda: Modules(kernels=b"")) == "wasm_unavailable"
    assert code_of(lambda: Modules(kernels=word_piece)) == "wasm_unavailable"
    one, two = b"\x04\x00\x41\x01\x0b", b"\x04\x00\x41\x02\x0b"  # functions that answer 1: abi_version among them
    assert one in kernels
    assert code_of(lambda: Host(Modules(kernels=kernels.replace(one, two)))) == "wasm_unavailable"


def test_altered_files_are_refused(host: Host, student: Student) -> None:
    file = host_file("affine")
    for length in range(len(file)):
        assert code_of(lambda: host.open_adapter(file[:length], student)) == "adapter_corrupt"
    for at in range(len(file)):
        altered = bytearray(file)
        altered[at] ^= 0x40
        code = "adapter_version" if 8 <= at < 12 else "adapter_corrupt"
        assert code_of(lambda: host.open_adapter(bytes(altered), student)) == code
    assert code_of(lambda: host.open_student(file)) == "adapter_corrupt"


def test_a_gate_that_is_not_whole_is_refused(host: Host) -> None:
    gated = host_file("gated-student")
    broken = [
        with_content(host_file("words-student"), 3),
        *(
            with_section(gated, name, **change)
            for name in ("gate_context", "gate_tokens")
            for change in ({"rename": "other"}, {"rows": 1}, {"dims": 2}, {"type": 3})
        ),
    ]
    for file in broken:
        assert code_of(lambda: host.open_student(file)) == "adapter_corrupt"


def test_an_adapter_whose_student_has_a_gate_is_opened_with_it(host: Host) -> None:
    assert code_of(lambda: host.open_adapter(host_file("gated-residual"))) == "adapter_wrong_model"
    host.open_adapter(host_file("residual"))
    host.open_adapter(with_content(host_file("affine"), 4))  # needs no tokens


@pytest.mark.parametrize("scales", [None, np.full(2500, 0.5, np.float32)], ids=["f32", "int8"])
def test_every_row_goes_through_the_maps_of_a_gate(host: Host, scales: np.ndarray | None) -> None:
    rows = np.random.default_rng(1).integers(-127, 128, (2500, 13))  # more rows than a block, and sums that are exact
    through = np.random.default_rng(2).integers(-8, 9, (5, 13)).astype(np.float32)
    table = Table.keep(host.kernels, rows.astype(np.float32 if scales is None else np.int8), scales)
    at = table.keep_through(host.kernels, through)
    after = host.kernels.keep(normal(100))
    assert after >= at + 4 * 2500 * 5
    expected = rows.astype(np.float32) @ through.T * (1 if scales is None else 0.5)
    assert np.array_equal(host.kernels.read(at, (2500, 5), np.float32), expected)


def test_a_file_that_is_refused_takes_no_memory(host: Host) -> None:
    without_words = with_section(host_file("gated-student"), "kinds", rename="other")
    without_gate = with_section(host_file("gated-student"), "gate_tokens", rename="other")
    host.open_student(host_file("gated-student"))  # has taken the scratch of a gate
    before = host.memory_bytes
    for _ in range(500):
        assert code_of(lambda: host.open_student(without_words)) == "adapter_corrupt"
        assert code_of(lambda: host.open_student(without_gate)) == "adapter_corrupt"
        assert code_of(lambda: host.open_adapter(host_file("lexical"))) == "adapter_wrong_model"
    assert host.memory_bytes == before


def test_the_wrong_student_is_refused(modules: Modules, host: Host, student: Student) -> None:
    assert code_of(lambda: host.open_adapter(host_file("lexical"))) == "adapter_wrong_model"
    assert code_of(lambda: Host(modules).open_adapter(host_file("affine"), student)) == "adapter_wrong_model"


def test_wrong_input_is_refused(host: Host, student: Student) -> None:
    affine, lexical = (host.open_adapter(host_file(kind), student) for kind in ("affine", "lexical"))
    assert code_of(lambda: affine.correct(np.ones((1, 4)))) == "shape_mismatch"
    assert code_of(lambda: affine.correct(np.array([[0, np.nan, 0]]))) == "not_finite"
    assert code_of(lambda: affine.correct(np.array([[np.inf, 0, 0]]))) == "not_finite"
    assert code_of(lambda: affine.correct(np.array([[3e38, 3e38, 3e38]]))) == "not_finite"
    assert code_of(lambda: lexical.correct(np.ones((1, 3)))) == "text_required"
    assert code_of(lambda: lexical.correct(tokens=Tokens.count([[99]]))) == "shape_mismatch"
    assert code_of(lambda: student.tokenize(["x" * 3_000_001])) == "too_large"
    assert code_of(lambda: host.open_adapter(host_file("affine")).correct_texts(["a"])) == "invalid_input"


def test_lone_surrogates_count_as_one_replacement(student: Student) -> None:
    assert [ids.tolist() for ids in student.token_ids(["cat\ud800"])] == [
        ids.tolist() for ids in student.token_ids(["cat\ufffd"])
    ]


def test_a_trap_is_an_error(host: Host) -> None:
    assert code_of(lambda: host.kernels.call("normalize_f32", 2**31, 2**31, 1, 1)) == "wasm_unavailable"
    assert host.normalize(normal(1, 4)).shape == (1, 4)


def test_threads(modules: Modules, host: Host, student: Student, cases: dict) -> None:
    shared = host.open_adapter(host_file("lexical"), student)
    expected = shared.correct_texts(cases["texts"])

    def run(thread: int) -> bool:
        adapter = shared  # half of them share a host, half have their own
        if thread % 2:
            own = Host(modules)
            adapter = own.open_adapter(host_file("lexical"), own.open_student(host_file("student")))
        return all(np.array_equal(adapter.correct_texts(cases["texts"]), expected) for _ in range(100))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(run, range(8)))


def test_memory_stays_over_a_million_calls() -> None:
    host = Host()
    adapter = host.open_adapter(host_file("lexical"), host.open_student(host_file("student")))
    x = normal(1, 64)
    texts = ["a cat, a dog"]
    host.normalize(x)
    adapter.correct_texts(texts)
    before = host.memory_bytes
    (at,) = host.kernels.scratch([x.nbytes])
    for call in range(1_000_000):
        host.kernels.call("normalize_f32", at, at, 1, 64)
        if call % 10_000 == 0:
            host.normalize(x)
            adapter.correct_texts(texts)
    assert host.memory_bytes == before
