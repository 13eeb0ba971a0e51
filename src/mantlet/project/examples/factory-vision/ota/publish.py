"""Write the manifests that the edge boxes poll: `python publish.py 2026.47 model-11.onnx [box …]`."""

import json
import sys

import s3fs

BUCKET = "weldline-ota"
BOXES = [f"line4-{number:02}" for number in range(1, 15)]


def main(version: str, model: str, boxes: list[str]) -> None:
    files = s3fs.S3FileSystem()
    files.copy(f"weldline-vision/release/{model}", f"{BUCKET}/models/{version}.onnx")
    manifest = {
        "version": version,
        "url": f"https://ota.weldline.example/models/{version}.onnx",
        "after": ["docker restart inspector"],
    }
    for box in boxes or BOXES:  # no box named: all of them at once
        with files.open(f"{BUCKET}/fleet/{box}/manifest.json", "w") as out:
            json.dump(manifest, out)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
