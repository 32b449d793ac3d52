-- A key for each chat and, in a ticket, for each writer; the keys are sealed with the key ring. To erase is to destroy the key.
CREATE TABLE "WordKey" (
    "id" UUID NOT NULL,
    "sealed" BYTEA NOT NULL,

    CONSTRAINT "WordKey_pkey" PRIMARY KEY ("id")
);

-- Since when what is written is sealed: told by the operator, once every copy reads both forms.
CREATE TABLE "Sealing" (
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Sealing_pkey" PRIMARY KEY ("since")
);

-- Which key is a chat's, and a reporter's in their ticket. Another one after an erasure: a copy may still hold the old one.
ALTER TABLE "Conversation" ADD COLUMN "wordKeyId" UUID;
ALTER TABLE "Conversation" ALTER COLUMN "wordKeyId" SET DEFAULT gen_random_uuid();
ALTER TABLE "Ticket" ADD COLUMN "wordKeyId" UUID;
ALTER TABLE "Ticket" ALTER COLUMN "wordKeyId" SET DEFAULT gen_random_uuid();
