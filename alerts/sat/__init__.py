"""The conditions of a SAT or MFE box, one file each."""

FONTE = "sat"
