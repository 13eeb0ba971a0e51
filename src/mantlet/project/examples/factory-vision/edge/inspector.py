"""The loop on the edge box: frame in, verdict to the PLC and the line's broker."""

import json
import os
import time
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import paho.mqtt.client as mqtt
from pymodbus.client import ModbusTcpClient

MODEL = Path("/var/lib/inspector/model.onnx")
BUFFER = Path("/var/lib/inspector/frames")
CAMERAS = ["rtsp://10.4.7.21/stream1", "rtsp://10.4.7.22/stream1"]
PLC = "10.4.7.10"
BROKER = "10.4.7.5"
JIG = (slice(120, 960), slice(300, 1500))  # the seam and nothing else: no hands, no faces
REJECT_BELOW, DOUBT_BELOW = 0.35, 0.8


def prepare(frame: np.ndarray) -> np.ndarray:
    small = cv2.resize(frame, (384, 384))[:, :, ::-1].astype(np.float32) / 255.0
    return small.transpose(2, 0, 1)[None]


def verdict(score: float) -> str:
    if score < REJECT_BELOW:
        return "reject"
    return "doubt" if score < DOUBT_BELOW else "good"


def main() -> None:
    session = onnxruntime.InferenceSession(str(MODEL))
    plc = ModbusTcpClient(PLC)
    broker = mqtt.Client(client_id=os.environ["BOX_ID"])
    broker.connect(BROKER, 1883)
    streams = [cv2.VideoCapture(url) for url in CAMERAS]
    while True:
        for camera, stream in enumerate(streams):
            ok, frame = stream.read()
            if not ok:
                continue  # no picture, no verdict: the gate stays as it was
            frame = frame[JIG]
            score = float(session.run(None, {"image": prepare(frame)})[0][0, 1])
            result = verdict(score)
            plc.write_coil(0, result == "reject")
            broker.publish(
                "line4/verdicts",
                json.dumps({"camera": camera, "at": time.time(), "score": score, "verdict": result}),
            )
            if result != "good":
                cv2.imwrite(str(BUFFER / f"{time.time_ns()}-{camera}.jpg"), frame)


if __name__ == "__main__":
    main()
