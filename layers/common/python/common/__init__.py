"""What every area may use; shipped as a Lambda layer."""
