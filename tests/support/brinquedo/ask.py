"""Ask for a jump as any sender does: by the task's name."""

import sys

from core import messages

messages.send("brinquedo.pular", [int(sys.argv[1])])
