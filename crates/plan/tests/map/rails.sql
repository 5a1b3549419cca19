-- The shape of a Rails application.
create table ar_internal_metadata (key varchar primary key, value varchar);
create table schema_migrations (version varchar primary key);
create table users (id integer primary key, email varchar not null default '', encrypted_password varchar not null default '', reset_password_token varchar, current_sign_in_ip varchar, invited_by_id integer references users, created_at datetime not null);
create table organizations (id integer primary key, name varchar, owner_id integer references users);
create table organization_users (id integer primary key, organization_id integer not null references organizations on delete cascade, user_id integer not null references users on delete cascade, role varchar);
create table posts (id integer primary key, author_id integer not null references users, organization_id integer references organizations, title varchar, body text, approved_by_id integer references users);
create table comments (id integer primary key, post_id integer not null references posts, user_id integer not null references users, parent_id integer references comments, body text);
create table attachments (id integer primary key, record_type varchar not null, record_id bigint not null, name varchar);
create table notifications (id integer primary key, recipient_type varchar not null, recipient_id bigint not null, params json);
create table audits (id integer primary key, auditable_type varchar, auditable_id integer, user_id integer, remote_address varchar);
create table roles (id integer primary key, name varchar);
create table users_roles (user_id integer, role_id integer);
create table invoices (id integer primary key, user_id integer not null references users, created_by_id integer not null references users, total decimal);
