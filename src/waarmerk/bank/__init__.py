"""What people confirmed as fake, found again when it comes back."""
