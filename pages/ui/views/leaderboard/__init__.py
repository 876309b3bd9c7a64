"""The leaderboard: its views and their pictures."""
