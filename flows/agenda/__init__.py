"""What runs by the clock: each job once for each local day, whoever asks for it."""
