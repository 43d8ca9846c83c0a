"""Where data lies. Connectors receive conditions and steps, never law; they know the model only."""
