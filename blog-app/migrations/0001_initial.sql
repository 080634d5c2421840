-- One statement a step: MariaDB commits each by itself. Additive only: the version before this one serves on while it runs.

CREATE TABLE author (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email VARCHAR(254) NOT NULL,
    name VARCHAR(80) NOT NULL,
    password_hash VARCHAR(255) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    updated_at DATETIME(3) NOT NULL,
    UNIQUE KEY author_email (email)
);

CREATE TABLE session (
    id_hash BINARY(32) NOT NULL PRIMARY KEY,
    author_id INT UNSIGNED NOT NULL,
    user_agent VARCHAR(255) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    last_seen_at DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    KEY session_expires_at (expires_at),
    CONSTRAINT session_author FOREIGN KEY (author_id) REFERENCES author (id) ON DELETE CASCADE
);

CREATE TABLE category (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(60) NOT NULL,
    slug VARCHAR(120) NOT NULL,
    position INT UNSIGNED NOT NULL DEFAULT 0,
    UNIQUE KEY category_name (name),
    UNIQUE KEY category_slug (slug)
);

CREATE TABLE tag (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(60) NOT NULL,
    slug VARCHAR(120) NOT NULL,
    UNIQUE KEY tag_name (name),
    UNIQUE KEY tag_slug (slug)
);

CREATE TABLE image (
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    state ENUM('pending', 'ready') NOT NULL,
    name VARCHAR(255) NOT NULL,
    content_type VARCHAR(40) NOT NULL,
    bytes INT UNSIGNED NOT NULL,
    width INT UNSIGNED NULL,
    height INT UNSIGNED NULL,
    -- A few hundred bytes of WebP in base64, shown until the picture is there.
    placeholder VARCHAR(1000) CHARACTER SET ascii NULL,
    -- [{width, bytes}], by width.
    variants JSON NOT NULL DEFAULT '[]',
    created_at DATETIME(3) NOT NULL,
    KEY image_state_created_at (state, created_at)
);

CREATE TABLE post (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    slug VARCHAR(200) NOT NULL,
    title VARCHAR(200) NOT NULL,
    markdown MEDIUMTEXT NOT NULL,
    status ENUM('draft', 'private', 'scheduled', 'published') NOT NULL,
    category_id INT UNSIGNED NULL,
    -- No foreign key: an imported post may name a picture that comes later.
    thumbnail CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    -- What search engines and feeds show; the excerpt where it is empty.
    description VARCHAR(300) NOT NULL DEFAULT '',
    created_at DATETIME(3) NOT NULL,
    updated_at DATETIME(3) NOT NULL,
    published_at DATETIME(3) NULL,
    deleted_at DATETIME(3) NULL,
    -- Goes up with each save; a save names the one it started from.
    revision INT UNSIGNED NOT NULL DEFAULT 1,
    -- Goes up when the author takes back the links to its preview.
    preview_generation INT UNSIGNED NOT NULL DEFAULT 0,
    -- What the renderer made of markdown.
    renderer_version INT UNSIGNED NOT NULL,
    html MEDIUMTEXT NOT NULL,
    toc JSON NOT NULL,
    excerpt VARCHAR(600) NOT NULL,
    language CHAR(2) CHARACTER SET ascii NOT NULL,
    reading_minutes SMALLINT UNSIGNED NOT NULL,
    UNIQUE KEY post_slug (slug),
    KEY post_status_published_at (status, published_at),
    KEY post_category_published_at (category_id, status, published_at),
    CONSTRAINT post_category FOREIGN KEY (category_id) REFERENCES category (id) ON DELETE SET NULL
);

CREATE TABLE post_draft (
    post_id INT UNSIGNED NOT NULL PRIMARY KEY,
    -- What the editor held at the last autosave, and is not saved yet.
    fields JSON NOT NULL,
    saved_at DATETIME(3) NOT NULL,
    CONSTRAINT post_draft_post FOREIGN KEY (post_id) REFERENCES post (id) ON DELETE CASCADE
);

CREATE TABLE post_revision (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    post_id INT UNSIGNED NOT NULL,
    revision INT UNSIGNED NOT NULL,
    title VARCHAR(200) NOT NULL,
    markdown MEDIUMTEXT NOT NULL,
    saved_at DATETIME(3) NOT NULL,
    UNIQUE KEY post_revision_number (post_id, revision),
    CONSTRAINT post_revision_post FOREIGN KEY (post_id) REFERENCES post (id) ON DELETE CASCADE
);

CREATE TABLE post_search (
    post_id INT UNSIGNED NOT NULL PRIMARY KEY,
    -- The title and the text without markup: what LIKE looks at and where matches are shown.
    text MEDIUMTEXT NOT NULL,
    title_grams TEXT CHARACTER SET ascii NOT NULL,
    text_grams MEDIUMTEXT CHARACTER SET ascii NOT NULL,
    FULLTEXT KEY post_search_title (title_grams),
    FULLTEXT KEY post_search_text (text_grams),
    CONSTRAINT post_search_post FOREIGN KEY (post_id) REFERENCES post (id) ON DELETE CASCADE
);

CREATE TABLE post_tag (
    post_id INT UNSIGNED NOT NULL,
    tag_id INT UNSIGNED NOT NULL,
    PRIMARY KEY (post_id, tag_id),
    KEY post_tag_tag (tag_id),
    CONSTRAINT post_tag_post FOREIGN KEY (post_id) REFERENCES post (id) ON DELETE CASCADE,
    CONSTRAINT post_tag_tag FOREIGN KEY (tag_id) REFERENCES tag (id) ON DELETE CASCADE
);

CREATE TABLE post_image (
    post_id INT UNSIGNED NOT NULL,
    -- No foreign key: the picture may be missing still.
    image_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (post_id, image_id),
    KEY post_image_image (image_id),
    CONSTRAINT post_image_post FOREIGN KEY (post_id) REFERENCES post (id) ON DELETE CASCADE
);

CREATE TABLE slug_redirect (
    slug VARCHAR(200) NOT NULL PRIMARY KEY,
    post_id INT UNSIGNED NOT NULL,
    CONSTRAINT slug_redirect_post FOREIGN KEY (post_id) REFERENCES post (id) ON DELETE CASCADE
);

CREATE TABLE post_view (
    post_id INT UNSIGNED NOT NULL,
    day DATE NOT NULL,
    views INT UNSIGNED NOT NULL,
    PRIMARY KEY (post_id, day),
    CONSTRAINT post_view_post FOREIGN KEY (post_id) REFERENCES post (id) ON DELETE CASCADE
);

-- Batches of views that are in post_view already: each is added once, however many replicas try, and however often.
CREATE TABLE post_view_batch (
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    added_at DATETIME(3) NOT NULL,
    KEY post_view_batch_added_at (added_at)
);

-- Goes up in the transaction of each change that a reader can see; pages are cached under it.
CREATE TABLE site (
    id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    version BIGINT UNSIGNED NOT NULL
);

INSERT INTO site (id, version) VALUES (1, 1);
