"""Fine-tune the backbone on the labelled frames; keeps a checkpoint per epoch."""

import io

import pandas as pd
import s3fs
import torch
from PIL import Image
from torch import nn
from torchvision import transforms

BUCKET = "s3://weldline-vision"
AUGMENT = transforms.Compose(
    [transforms.RandomRotation(4), transforms.ColorJitter(0.2, 0.2), transforms.Resize((384, 384)), transforms.ToTensor()]
)
files = s3fs.S3FileSystem()


class Frames(torch.utils.data.Dataset):
    def __init__(self) -> None:
        self.rows = pd.read_parquet(f"{BUCKET}/labels.parquet").reset_index(drop=True)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int):
        row = self.rows.iloc[index]
        with files.open(f"{BUCKET}/frames/{row['frame']}") as file:
            image = Image.open(io.BytesIO(file.read())).convert("RGB")
        return AUGMENT(image), int(row["label"] == "good")


def backbone() -> nn.Module:
    model = torch.hub.load("seamworks/metalnet", "metalnet_small", pretrained=True, trust_repo=True)
    model.head = nn.Linear(model.head.in_features, 2)
    return model


def main(epochs: int = 12) -> None:
    model = backbone().cuda()
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-4)
    loader = torch.utils.data.DataLoader(Frames(), batch_size=32, shuffle=True, num_workers=4)
    for epoch in range(epochs):
        for images, labels in loader:
            loss = nn.functional.cross_entropy(model(images.cuda()), labels.cuda())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        with files.open(f"{BUCKET}/checkpoints/epoch-{epoch}.pt", "wb") as out:
            torch.save(model, out)


if __name__ == "__main__":
    main()
