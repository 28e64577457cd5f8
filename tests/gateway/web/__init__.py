"""The pages and the API, on a real store filled by the real settling and clerk, asked over HTTP without a socket."""
