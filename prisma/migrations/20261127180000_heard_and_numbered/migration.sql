-- Voice notes beside texts, and answering with a number. Both have a default: the version before writes neither.
alter table "Conversation" add column "listens" boolean not null default false;
alter table "Outbound" add column "choices" text[] default '{}';
