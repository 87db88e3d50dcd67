"""How a file that anybody may have put there is opened."""

import os

# A FIFO would wait for ever, a link may lead out of the folder; Windows has neither, and changes the ends of lines.
PLAINLY = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
    PLAINLY |= getattr(os, _flag, 0)
