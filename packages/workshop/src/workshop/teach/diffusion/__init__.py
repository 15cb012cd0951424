"""What the lesson on diffusion tells beside its own run, recorded."""
