"""The measures of a picture, in pixels: type sizes, paddings, gaps."""

from __future__ import annotations

NAME = 12.5
NAME_LINE = 15.5
CAPTION = 10.0
CAPTION_LINE = 13.0
TAG = 9.5
TAG_LINE = 13.0
LABEL = 11.0
LABEL_LINE = 13.5
TITLE = 11.5
TITLE_CAPTION = 10.0
TITLE_ROW = 22.0
"""Height of the row at an outline's top that its title stands in."""

NAME_ROOM = 108.0
"""Width at which a node's name is wrapped."""
NAME_LINES = 3
CAPTION_ROOM = 96.0
LABEL_ROOM = 86.0
LABEL_WORD = 124.0
"""Width up to which a label grows for the sake of one long word."""
LABEL_LINES = 3
TITLE_ROOM = 260.0
NODE_PAD_X = 11.0
NODE_PAD_Y = 8.0
NODE_MIN = 78.0
LABEL_PAD_X = 5.0
LABEL_PAD_Y = 2.0
ICON = 12.0
ICON_GAP = 4.0
BADGE = 8.5
"""Radius of the disc that counts threats."""

PITCH = 11.0
"""Distance between two lanes side by side, and between ports on one side of a node."""
PORT_MARGIN = 8.0
"""What a node's corner keeps free of ports."""
NODE_GAP = 16.0
ITEM_GAP = 9.0
CLUSTER_PAD = 12.0
CHANNEL_PAD = 15.0
"""Room before a node that an arrowhead and the curve before it need."""
SLOT = 9.0
"""Distance between two lanes that turn in the same channel."""
RADIUS = 9.0
"""Of the curves where a lane turns."""
MARGIN = 16.0
"""Round the whole picture."""
ARROW = 8.0
NODE_RADIUS = 17.0
"""Of a process's corners."""
