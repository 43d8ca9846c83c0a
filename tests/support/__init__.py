"""What tests share: private database servers, and small helpers."""
