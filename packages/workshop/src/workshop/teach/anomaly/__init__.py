"""What the lesson on anomaly detection tells beside its own run, recorded."""
