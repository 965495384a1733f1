// Placeholder: the directory in Redis.
