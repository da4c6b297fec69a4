-- tables: serve_generation

-- name: serve_generation_find
-- single
SELECT users FROM serve_generation WHERE id = 1;

-- name: serve_generation_set
INSERT INTO serve_generation (id, users) VALUES (1, :users)
ON CONFLICT (id) DO UPDATE SET users = excluded.users;
