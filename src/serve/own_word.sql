-- tables: serve_own_word

-- name: serve_own_word_forget
DELETE FROM serve_own_word WHERE user_id = :user_id AND kind = :kind;

-- name: serve_own_word_insert
INSERT INTO serve_own_word (user_id, kind, word, unit) VALUES (:user_id, :kind, :word, :unit)
ON CONFLICT DO NOTHING;

-- name: serve_own_word_move
UPDATE serve_own_word SET unit = :unit WHERE user_id = :user_id;

-- name: serve_own_word_of_unit
SELECT user_id, kind, word FROM serve_own_word WHERE unit = :unit ORDER BY word LIMIT 5000;
