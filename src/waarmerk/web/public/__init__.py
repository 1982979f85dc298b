"""What anybody may use: the form for notices; on one's own machine, the page that examines a file."""
