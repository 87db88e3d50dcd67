"""SAT and MFE boxes: one read-only query, behind a SATHub or a vendor library. Source: ER SAT, chapter 6.1."""
