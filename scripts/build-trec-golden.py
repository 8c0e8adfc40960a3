"""Random runs scored by trec_eval (through pytrec_eval), which src/evaluate/ must reproduce.

    pip install -r scripts/build-trec-golden.requirements.txt
    python scripts/build-trec-golden.py            writes test/evaluate/golden/trec.jsonl again
    python scripts/build-trec-golden.py --check    scores fresh cases (--seed, --cases) and runs the golden test on them
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pytrec_eval

root = Path(__file__).resolve().parent.parent
fixture = root / "test/evaluate/golden/trec.jsonl"
measures = ["ndcg_cut_10", "ndcg_cut_100", "recall_10", "recall_100", "P_10", "P_100", "recip_rank", "map"]
families = {"ndcg_cut_10,100", "recall_10,100", "P_10,100", "recip_rank", "map"}
# Ids whose order differs between bytes and UTF-16 units, between cases, and between numbers and strings.
spice = ["\U0001f600", "\uff21", "é", "e", "Z", "a", "a1", "a10", "a2", "10", "9", "-", "_"]


def case(rng: random.Random, i: int) -> dict:
    # Every tenth is longer than the deepest cut, every tenth has only odd ids; the others are small, so that all edges come up.
    size = rng.randint(110, 160) if i % 10 == 0 else len(spice) if i % 10 == 1 else rng.randint(1, 40)
    odd = len(spice) if i % 10 == 1 else rng.randint(0, 6)
    ids = [*rng.sample(spice, odd), *(f"d{n}" for n in range(size))][:size]
    # Judged and retrieved documents overlap in part: some judged are never found, some found are never judged.
    judged = rng.sample(ids, rng.randint(1, size))
    low = rng.choice([0, 0, -2])
    high = rng.choice([1, 1, 4])
    grades = {d: rng.choice([0, rng.randint(low, high)]) for d in judged}
    if max(grades.values()) < 0:
        grades[judged[0]] = 0  # trec_eval writes outside its memory for a query whose grades are all negative
    retrieved = rng.sample(ids, rng.randint(95 if size > 100 else 1, size))
    scores = rng.choice(
        [
            lambda: rng.random(),
            lambda: float(rng.randint(0, 3)),  # many ties
            lambda: 0.5,  # nothing but ties
            lambda: -rng.random() * 1e3,
            lambda: 0.25 + rng.randint(0, 5) * 1e-9,  # ties in f32, not in f64
            lambda: rng.choice([0.0, -0.0, 1e-40, 1e30]),
        ]
    )
    return {"grades": grades, "run": {d: round(scores(), 10) for d in retrieved}}


def scored(cases: list[dict]) -> list[dict]:
    names = [f"q{i}" for i in range(len(cases))]
    evaluator = pytrec_eval.RelevanceEvaluator({n: c["grades"] for n, c in zip(names, cases)}, families)
    results = evaluator.evaluate({n: c["run"] for n, c in zip(names, cases)})
    return [{**c, "expected": [round(results[n][m], 10) for m in measures]} for n, c in zip(names, cases)]


def write(path: Path, seed: int, count: int) -> None:
    rng = random.Random(seed)
    cases = [case(rng, i) for i in range(count)]
    lines = [{"measures": measures}, *scored(cases)]
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--cases", type=int)
    options = parser.parse_args()
    if not options.check:
        write(fixture, 0 if options.seed is None else options.seed, options.cases or 300)
        return
    seed = random.randrange(2**31) if options.seed is None else options.seed
    print(f"seed {seed} (play it again with --check --seed {seed})")
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "trec.jsonl"
        write(fresh, seed, options.cases or 2000)
        command = ["node", "scripts/bun.mjs", "test", "test/evaluate/golden.test.ts"]
        done = subprocess.run(command, cwd=root, env={**os.environ, "CHELATED_TREC_GOLDEN": str(fresh)})
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
