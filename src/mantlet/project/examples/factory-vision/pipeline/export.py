"""Turn a checkpoint into the ONNX file that the edge boxes run, if it passes the held-out seams."""

import sys

import pandas as pd
import s3fs
import torch

from train import AUGMENT, BUCKET

files = s3fs.S3FileSystem()


def accuracy(model, held_out: pd.DataFrame) -> float:
    from PIL import Image

    right = 0
    for row in held_out.itertuples():
        with files.open(f"{BUCKET}/frames/{row.frame}") as file:
            image = AUGMENT(Image.open(file).convert("RGB"))[None]
        right += int(model(image).argmax(1).item() == int(row.label == "good"))
    return right / len(held_out)


def main(epoch: str) -> None:
    with files.open(f"{BUCKET}/checkpoints/epoch-{epoch}.pt", "rb") as file:
        model = torch.load(file, map_location="cpu", weights_only=False).eval()
    if accuracy(model, pd.read_csv("held_out.csv")) < 0.985:
        sys.exit("not good enough")
    torch.onnx.export(model, torch.zeros(1, 3, 384, 384), "/tmp/model.onnx", input_names=["image"])
    files.put("/tmp/model.onnx", f"{BUCKET}/release/model-{epoch}.onnx")


if __name__ == "__main__":
    main(sys.argv[1])
