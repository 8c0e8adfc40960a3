"""Golden vectors of the transformer encoders: the same ONNX files in Python's onnxruntime, each text alone.

    CHELATED_MODELS=… python test/python/encoder_golden.py           writes test/encode/onnx/golden.json
    CHELATED_MODELS=… python test/python/encoder_golden.py --check   exits 1 when it would not write the same
"""
import argparse
import base64
import hashlib
import json
import os
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

golden_file = Path(__file__).parent.parent / "encode" / "onnx" / "golden.json"

sentences = [
    "A lookup table answers in microseconds.",
    "The teacher is slow, and it knows better.",
    "Where does the river that runs past the old mill come from?",
    "tea",
    "Queries are short; documents are not.",
    "He measured the lift of the wing at three angles, and wrote the figures down by candle light.",
    "Zürich, São Paulo, Kraków, Đà Nẵng and Reykjavík are cities.",
    "東京は日本の首都です。",
    "Москва слезам не верит.",
    "x = (a + b)² / 2; // half of the square",
    "E-mail: nobody@example.org, 17:45 o'clock, 3.14159 %, #42",
    "antidisestablishmentarianism and floccinaucinihilipilification",
    "  white\tspace \n\n everywhere  ",
    "It rained. It rained. It rained. It rained. It rained. It rained.",
    "🙂 smiles, 🚲 rides, 👩‍🚀 flies",
    "THE SAME IN CAPITALS IS THE SAME",
    "the same in capitals is the same",
    "[CLS] and [SEP] may stand in a text, and [MASK] too.",
    "An enzyme that cuts the strand also marks the place of the cut.",
    "Bread is flour, water, salt and time.",
    "Which library holds the first printed atlas?",
    "Two encoders of the same width need not agree on any direction.",
    "She tuned the violin a quarter tone flat.",
    "Heat flows from the hot plate to the cold one until both are warm.",
    "No.",
    "1 2 3 4 5 6 7 8 9 10",
    "A vector of unit length has only its direction left.",
    "The cat sat on the mat, on the mat sat the cat.",
    "نص قصير بالعربية",
    "caf\u00e9 and cafe\u0301 look alike",
    "Promote it only if the held-out queries agree.",
    "Salt water conducts; distilled water hardly does.",
]
# Longer than any of the models reads, and about as long as they do.
long_text = " ".join(f"Paragraph {i}: {sentence}" for i, sentence in enumerate(sentences * 3))
texts = [*sentences, long_text, long_text[:1000], long_text[:1500]]
# The larger model is slow: a few texts, the longest among them.
positions = {"all-MiniLM-L6-v2": list(range(len(texts))), "all-mpnet-base-v2": [0, 6, len(texts) - 3]}


def embed(folder: Path, chosen: list[str]) -> tuple[np.ndarray, str]:
    model = folder / "onnx" / "model_quantized.onnx"
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    # By default onnxruntime also quantises the activations behind int8 weights: cosine .9997 to the graph as it is written.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"])
    rows = []
    for text in chosen:
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        known = {each.name for each in session.get_inputs()}
        (hidden,) = session.run(["last_hidden_state"], {k: v for k, v in feeds.items() if k in known})
        mean = hidden[0].astype(np.float64).mean(axis=0)
        rows.append(mean / np.linalg.norm(mean))
    return np.array(rows, dtype=np.float32), hashlib.sha256(model.read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    committed = json.loads(golden_file.read_text()) if check else None
    if committed and committed["texts"] != texts:
        sys.exit("golden.json has other texts; write it again")
    models = {}
    for name, chosen in positions.items():
        vectors, sha256 = embed(Path(os.environ["CHELATED_MODELS"]) / name, [texts[i] for i in chosen])
        if committed:
            kept = committed["models"][name]
            stored = np.frombuffer(base64.b64decode(kept["vectors"]), dtype=np.float16).reshape(vectors.shape)
            stored = stored.astype(np.float64)
            worst = float(((stored * vectors).sum(axis=1) / np.linalg.norm(stored, axis=1)).min())
            print(f"{name}: {len(chosen)} texts, least cosine to golden.json {worst:.8f}")
            if kept["sha256"] != sha256 or worst < 0.999999:
                sys.exit(f"{name}: golden.json is of another model file; write it again")
        models[name] = {
            "sha256": sha256,
            "dims": vectors.shape[1],
            "positions": chosen,
            "vectors": base64.b64encode(vectors.astype(np.float16).tobytes()).decode(),
        }
    if not check:
        golden_file.write_text(json.dumps({"texts": texts, "models": models}, ensure_ascii=False, indent=1) + "\n")


main()
