"""Figures beside a reference of the same run: the ratio decides, the absolute figure guides."""
