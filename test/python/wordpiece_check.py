"""Holds WordPiece in WebAssembly to Hugging Face's tokenizers: no text may get other ids.

    [CHELATED_DATA=...] python test/python/wordpiece_check.py [SEED]

Texts: every Unicode scalar value alone and in context, random and hostile Unicode, bytes that are not UTF-8 (the reference gets
them with U+FFFD in their place), and the collections where CHELATED_DATA is set. Vocabularies: the shipped student's, and one with a
token for every character, so that [UNK] hides nothing. Needs node or bun; `npm run build:kernels` first.
"""
import json, os, random, shutil, subprocess, sys, tempfile, time
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parents[2]
SEED = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(2**32)
RANDOM = random.Random(SEED)
STUDENT = json.loads((ROOT / "assets/student/tokenizer.json").read_text())
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
# Where characters are that BERT's rules tell apart; the rest is ideographs, Hangul, private use and planes that are empty.
VARIED = [
    c
    for a, b in [(0, 0x3400), (0xA000, 0xAC00), (0xD7A4, 0xD800), (0xE000, 0xE010), (0xF8F0, 0x20010), (0x2F800, 0x2FA20), (0xE0000, 0xE01F0)]
    for c in range(a, b)
]
MARKS = [0x302E, 0x302F, 0x1D165, 0x1D16D, 0x16FF0, 0x0301, 0x0316, 0x0345, 0x093C, 0x0CBF, 0x0CD5, 0x1DF9, 0x08D3, 0x1E130, 0x11070, 0x20DD, 0x1B3A]


def vocabulary_of_characters():
    plain = sorted(set(VARIED) | set(range(0x3400, 0xA000)) | set(range(0x20000, 0x2FA20)))
    texts = ["[UNK]", "[CLS]", "[MASK]", "[MASK", "<e>", "é!", "ab", "##ab", "##a##", "abc"]
    texts += [chr(c) for c in plain] + ["##" + chr(c) for c in VARIED]
    return {text: i for i, text in enumerate(dict.fromkeys(texts))}


def variant(vocabulary, added=None, longest=100, **normalizer):
    made = dict(STUDENT, normalizer=dict(STUDENT["normalizer"], **normalizer))
    if vocabulary is not None:
        made["model"] = dict(STUDENT["model"], vocab=vocabulary, max_input_chars_per_word=longest)
        names = added or ["[UNK]", "[CLS]", "[MASK]"]
        made["added_tokens"] = [
            dict(STUDENT["added_tokens"][0], id=vocabulary[name], content=name, rstrip=i % 2 == 1, lstrip=i % 3 == 2)
            for i, name in enumerate(names)
        ]
    return made


def pieces():
    """Things that texts are made of, the awkward ones often."""
    common = ["a", "B", " ", "the", "ab", "İ", "Σ", "ß", "ǅ", "é", "e\u0301", "한", "漢", "\U00020000", "\U0002b820", ".", "-", "#", "##", "[", "]", "[MASK]", "[MASK"]
    common += ["[CLS]", "<e>", "é!", "É!", "\u200b", "\u00a0", "\u2003", "\t", "\n", "\r", "\x00", "\x0b", "\x85", "\ufffd", "😀", "👩\u200d🔬", "\u202e", "abc" * 40]
    return common


def random_text(common):
    def one():
        kind = RANDOM.random()
        if kind < 0.4: return RANDOM.choice(common)
        if kind < 0.5: return chr(RANDOM.choice(MARKS))
        if kind < 0.85: return chr(RANDOM.choice(VARIED))
        return chr(RANDOM.choice(SCALARS))
    return "".join(one() for _ in range(RANDOM.randrange(30)))


def hostile_texts():
    yield from ["", " ", "\u0301", "\u0301" * 300, "a" + "\u0301" * 100_000, "a" * 1_000_000, "[" * 5000, "[MASK]" * 500, "\x00" * 5000]
    for n in (99, 100, 101, 102, 127, 128, 1000):
        for c in "aAéÉİ한각\U0001d15e\u302e\U00010400ﷺ漢":
            yield from (c * n, c * n + "\u0301", "x" + c * n + " y", c * n + "." + c)
    for _ in range(20_000):  # combining marks in every order
        yield "a" + "".join(chr(RANDOM.choice(MARKS)) for _ in range(RANDOM.randrange(12)))


def broken_bytes(common):
    for _ in range(20_000):
        data = bytearray(random_text(common).encode()[:120])
        for _ in range(RANDOM.randrange(1, 6)):
            at = RANDOM.randrange(len(data) + 1)
            byte = RANDOM.choice([RANDOM.randrange(256), 0xC0, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0x80, 0xA0, 0xBF, 0xFF])
            if RANDOM.random() < 0.5 and at < len(data): data[at] = byte
            elif RANDOM.random() < 0.5: data.insert(at, byte)
            else: del data[at:]
        yield bytes(data)


def collections():
    folder = os.environ.get("CHELATED_DATA")
    if not folder: return print("CHELATED_DATA is not set: the collections are left out")
    for path in sorted(Path(folder).glob("*/*.jsonl")):
        for line in path.open():
            record = json.loads(line)
            yield f"{record.get('title', '')} {record['text']}"


def compare(name, tokenizer, texts, folder):
    """Number of texts whose ids differ, the first of them printed."""
    started = time.time()
    raw = [text if isinstance(text, bytes) else text.encode() for text in texts]
    offsets = np.cumsum([0] + [len(r) for r in raw]).astype("<u4")
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    with (folder / "texts").open("wb") as file:
        file.write(np.array([len(raw)], "<u4").tobytes() + offsets.tobytes() + b"".join(raw))
    runner = [shutil.which("node"), "scripts/bun.mjs"] if shutil.which("node") else ["bun"]
    subprocess.run([*runner, "test/python/write-wordpiece-ids.ts", *(str(folder / f) for f in ("tokenizer.json", "texts", "ids"))], cwd=ROOT, check=True)
    answer = np.fromfile(folder / "ids", "<u4")
    rows, ids = answer[: len(raw) + 1], answer[len(raw) + 1 :].tolist()
    reference = Tokenizer.from_file(str(folder / "tokenizer.json"))
    differ = 0
    for start in range(0, len(raw), 20_000):
        block = [r.decode("utf-8", "replace") for r in raw[start : start + 20_000]]
        for i, encoding in enumerate(reference.encode_batch_fast(block, add_special_tokens=False), start):
            got = ids[rows[i] : rows[i + 1]]
            if got == encoding.ids: continue
            differ += 1
            if differ <= 3: print(f"  {raw[i][:80]!r}: expected {encoding.ids[:24]}, got {got[:24]}")
    print(f"{name}: {len(raw):,} texts, {differ} differ ({time.time() - started:.0f} s)", flush=True)
    return differ, len(raw)


def main():
    print(f"seed {SEED}")
    every = vocabulary_of_characters()
    common = pieces()
    in_context = lambda points: [f"a{chr(c)}b{chr(c)} {chr(c)} x\u0301{chr(c)}\u302e" for c in points]
    uncased = variant(every)
    overlapping = ["[MASK]", "[MASK", "<e>", "é!", "[CLS]", "ab"]
    runs = [
        ("student, every scalar value alone", STUDENT, [chr(c) for c in SCALARS]),
        ("student, random", STUDENT, [random_text(common) for _ in range(20_000)]),
        ("student, hostile", STUDENT, list(hostile_texts())),
        ("student, collections", STUDENT, list(collections())),
        ("characters, every scalar value in context", uncased, in_context(SCALARS)),
        ("characters, random", uncased, [random_text(common) for _ in range(40_000)]),
        ("characters, hostile", uncased, list(hostile_texts())),
        ("characters, not UTF-8", uncased, list(broken_bytes(common))),
        ("characters, added tokens that overlap, words of 5", variant(every, overlapping, 5), [random_text(common) for _ in range(20_000)]),
    ]
    for change in ({"lowercase": False}, {"strip_accents": False}, {"lowercase": False, "strip_accents": True}, {"clean_text": False}, {"handle_chinese_chars": False}):
        texts = in_context(VARIED) + [random_text(common) for _ in range(10_000)] + list(broken_bytes(common))[:5000]
        runs.append((f"characters, {change}", variant(every, **change), texts))
    with tempfile.TemporaryDirectory() as folder:
        results = [compare(*run, Path(folder)) for run in runs]
    differ, count = map(sum, zip(*results))
    print(f"{count:,} texts, {differ} differ")
    sys.exit(differ > 0)


main()
