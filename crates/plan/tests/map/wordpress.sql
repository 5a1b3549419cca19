-- The shape of WordPress, which declares no foreign key.
create table wp_users (ID integer primary key, user_login varchar(60) not null default '', user_pass varchar(255) not null default '', user_nicename varchar(50) not null default '', user_email varchar(100) not null default '', user_url varchar(100) not null default '', user_registered datetime not null, user_activation_key varchar(255) not null default '', user_status int not null default 0, display_name varchar(250) not null default '');
create table wp_usermeta (umeta_id integer primary key, user_id bigint not null default 0, meta_key varchar(255), meta_value longtext);
create table wp_posts (ID integer primary key, post_author bigint not null default 0, post_date datetime not null, post_content longtext not null, post_title text not null, post_password varchar(255) not null default '', post_parent bigint not null default 0);
create table wp_postmeta (meta_id integer primary key, post_id bigint not null default 0, meta_key varchar(255), meta_value longtext);
create table wp_comments (comment_ID integer primary key, comment_post_ID bigint not null default 0, comment_author text not null, comment_author_email varchar(100) not null default '', comment_author_IP varchar(100) not null default '', comment_content text not null, comment_parent bigint not null default 0, user_id bigint not null default 0);
create table wp_commentmeta (meta_id integer primary key, comment_id bigint not null default 0, meta_key varchar(255), meta_value longtext);
create table wp_terms (term_id integer primary key, name varchar(200) not null default '');
create table wp_term_relationships (object_id bigint not null default 0, term_taxonomy_id bigint not null default 0, primary key (object_id, term_taxonomy_id));
create table wp_options (option_id integer primary key, option_name varchar(191) not null default '', option_value longtext not null);
