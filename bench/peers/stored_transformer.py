"""A transformer of PyTorch's with the weights of an ONNX file, so that peers and ours run the same numbers."""
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import AutoConfig, AutoModel, PreTrainedModel


def stored_transformer(folder: str, file: str, work: str) -> PreTrainedModel:
    """The model of the folder, which needs no weights of PyTorch's, unpacked to f32; also saved, with its tokenizer, in `work`."""
    shutil.copytree(folder, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("onnx"))
    model = AutoModel.from_config(AutoConfig.from_pretrained(work), add_pooling_layer=False)
    found = weights(Path(folder) / file)
    state = {name: found[next(each for each in found if each.split(".", 1)[-1] == name)] for name in model.state_dict()}
    model.load_state_dict(state)
    model.save_pretrained(work)
    return model


def weights(path: Path) -> dict[str, torch.Tensor]:
    """Weights by PyTorch's names: an exporter drops those of a product's matrix, so its bias tells which one it is."""
    graph = onnx.load(path).graph
    values = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    products = {}
    for node in graph.node:
        if node.op_type in ("Cast", "Mul", "DequantizeLinear") and all(name in values for name in node.input):
            first, *others = (values[name].astype(np.float32) for name in node.input[:2])
            values[node.output[0]] = first * others[0] if others else first
        elif node.op_type == "MatMul" and node.input[1] in values:
            products[node.output[0]] = values[node.input[1]]
        elif node.op_type == "Add":
            for product, bias in (node.input, node.input[::-1]):
                if product in products and bias.endswith(".bias"):
                    values[bias.removesuffix("bias") + "weight"] = products[product].T
    return {name: torch.from_numpy(np.array(value)) for name, value in values.items() if value.dtype == np.float32}
