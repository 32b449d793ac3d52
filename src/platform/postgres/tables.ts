import type { ColumnType } from "kysely";
export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;
export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export const PlaceKind = {
    prefecture: "prefecture",
    county: "county",
    township: "township",
    village: "village",
    community: "community",
    park: "park"
} as const;
export type PlaceKind = (typeof PlaceKind)[keyof typeof PlaceKind];
export const Role = {
    member: "member",
    lead: "lead",
    supervisor: "supervisor",
    administrator: "administrator"
} as const;
export type Role = (typeof Role)[keyof typeof Role];
export const TicketStatus = {
    open: "open",
    assigned: "assigned",
    accepted: "accepted",
    resolved: "resolved",
    closed: "closed",
    withdrawn: "withdrawn"
} as const;
export type TicketStatus = (typeof TicketStatus)[keyof typeof TicketStatus];
export const OutboundStatus = {
    queued: "queued",
    sent: "sent",
    undeliverable: "undeliverable"
} as const;
export type OutboundStatus = (typeof OutboundStatus)[keyof typeof OutboundStatus];
export type ApiKey = {
    id: string;
    hash: Uint8Array<ArrayBuffer>;
    label: string;
    rights: string[];
    areaCode: string;
    /**
     * How many reports a program may send within a minute.
     */
    reportsAMinute: Generated<number>;
    createdById: string;
    createdAt: Date;
    lastUsedAt: Date | null;
    revokedAt: Date | null;
};
export type Attachment = {
    id: string;
    kind: string;
    contentType: string;
    bytes: number;
    key: string;
    /**
     * Whether the file is encrypted with the key ring; those from before it was are not.
     */
    sealed: Generated<boolean>;
    /**
     * The key of the file, sealed as words are; a file from before it has none.
     */
    fileKey: string | null;
    createdAt: Generated<Date>;
    messageId: bigint | null;
};
export type BackupMade = {
    at: Date;
};
export type BreakGlass = {
    id: string;
    ticketId: string;
    memberId: string;
    reason: string;
    at: Date;
    until: Date;
};
export type CalendarDay = {
    day: string;
    periods: string[];
    note: Generated<string>;
};
export type Card = {
    conversationId: string;
    ticketId: string;
    externalId: string;
    shownHash: string;
};
export type Conversation = {
    id: string;
    channel: string;
    handleHash: Uint8Array<ArrayBuffer>;
    handleSealed: Uint8Array<ArrayBuffer>;
    memberId: string | null;
    state: ColumnType<unknown, string, string>;
    language: string | null;
    languageChosen: Generated<boolean>;
    /**
     * Whether each text is followed by a voice note that says it.
     */
    listens: Generated<boolean>;
    noticeSeenAt: Date | null;
    placeCode: string | null;
    unreachableAt: Date | null;
    /**
     * When the resident had everything erased; the row follows once they have been told.
     */
    forgottenAt: Date | null;
    /**
     * Written by the version before this one alone; to be removed with the next.
     */
    deliveringUntil: Date | null;
    createdAt: Generated<Date>;
    /**
     * The day of its last turn; empty once it was rewritten by night, so that nothing ties it to an anonymous report.
     */
    touchedOn: Date | null;
    /**
     * The key of what is written here; another one after an erasure.
     */
    wordKeyId: Generated<string | null>;
};
export type DeadlineTarget = {
    category: string;
    priority: string;
    firstResponseMinutes: number;
    resolutionMinutes: number;
    byTheClock: boolean;
};
export type Digest = {
    memberId: string;
    week: Date;
};
export type Erasure = {
    hash: Uint8Array<ArrayBuffer>;
    at: Date;
};
export type Figure = {
    scope: string;
    category: string;
    week: Date;
    item: number;
    count: number;
};
export type FigureDelta = {
    id: Generated<bigint>;
    placeCode: string;
    teamId: string | null;
    category: string;
    openedAt: Date;
    items: number[];
    sign: number;
};
export type FigureExport = {
    id: Generated<bigint>;
    memberId: string;
    role: string;
    at: Date;
    format: string;
    asked: ColumnType<unknown, string, string>;
};
export type FigureZone = {
    zone: string;
};
export type Follower = {
    ticketId: string;
    conversationId: string;
    messageId: bigint | null;
    joinedAt: Date;
    /**
     * Whose words in the ticket are whose, without naming the chat.
     */
    id: Generated<string>;
    /**
     * What the ticket is called in this chat: never by the code that its reporter has.
     */
    alias: string | null;
    /**
     * When they last said that it did not help.
     */
    objectedAt: Date | null;
};
export type ImportDraft = {
    id: string;
    memberId: string;
    content: Uint8Array<ArrayBuffer>;
    createdAt: Date;
};
export type Inbound = {
    id: Generated<bigint>;
    channel: string;
    externalId: string;
    conversationId: string;
    payload: ColumnType<unknown, string, string>;
    receivedAt: Generated<Date>;
    doneAt: Date | null;
    setAsideAt: Date | null;
    attempts: Generated<number>;
    /**
     * The kind and the place of the last failure, never its message, which may quote what was written.
     */
    error: string | null;
};
export type Incident = {
    what: string;
    hour: Date;
    count: number;
};
export type KeyCopy = {
    mark: Uint8Array<ArrayBuffer>;
    confirmedAt: Date;
};
export type Leave = {
    memberId: string;
    firstDay: Date;
    lastDay: Date;
};
export type Member = {
    id: string;
    /**
     * How the operator's own lists name them: what an import finds them by.
     */
    code: Generated<string>;
    name: string;
    role: Role;
    teamId: string | null;
    areaCode: string | null;
    reads: string[];
    skills: string[];
    onDuty: Generated<boolean>;
    language: string;
    createdAt: Generated<Date>;
    /**
     * When they left: no tickets, no sign-in; what they did stays true.
     */
    leftAt: Date | null;
};
export type Outbound = {
    id: Generated<bigint>;
    conversationId: string;
    content: ColumnType<unknown, string, string>;
    shown: ColumnType<unknown, string, string> | null;
    status: Generated<OutboundStatus>;
    attempts: Generated<number>;
    notBefore: Date | null;
    createdAt: Generated<Date>;
    sentAt: Date | null;
    /**
     * Whether its buttons still wait for an answer.
     */
    asks: Generated<boolean>;
    /**
     * The answer that this one takes the place of: it is edited where the channel can.
     */
    replaces: bigint | null;
    /**
     * The chat app's id of the message: sealed for editing, and a keyed hash to find what a reply answers.
     */
    externalSealed: Uint8Array<ArrayBuffer> | null;
    externalHash: Uint8Array<ArrayBuffer> | null;
    /**
     * What its buttons send, in the order in which they were shown: a number answers with one of them.
     */
    choices: Generated<string[]>;
    setAsideAt: Date | null;
    /**
     * The kind and the place of the last failure, never its message, which may quote what was written.
     */
    error: string | null;
    /**
     * The name that its words are bound to.
     */
    sealedAs: Generated<string | null>;
};
export type Passkey = {
    id: string;
    memberId: string;
    publicKey: Uint8Array<ArrayBuffer>;
    counter: bigint;
    transports: string[];
    createdAt: Date;
    lastUsedAt: Date | null;
};
export type PasskeyChallenge = {
    challenge: string;
    memberId: string | null;
    expiresAt: Date;
};
export type Place = {
    code: string;
    kind: PlaceKind;
    parentCode: string | null;
    ancestors: string[];
    names: ColumnType<unknown, string, string>;
    spellings: string;
    latitude: number | null;
    longitude: number | null;
    /**
     * What a poster's address calls it: random, as browsers keep addresses that were opened.
     */
    entrance: string | null;
    teamId: string | null;
};
export type ReturnCode = {
    conversationId: string;
    hash: Uint8Array<ArrayBuffer>;
};
export type Sealing = {
    since: Date;
    /**
     * 1: bound to the key; 2: to its row and column too.
     */
    form: Generated<number>;
};
export type Shift = {
    memberId: string;
    weekday: number;
    fromMinute: number;
    untilMinute: number;
};
export type StaffSession = {
    hash: Uint8Array<ArrayBuffer>;
    /**
     * Names the session on a page, where it can be ended; opens nothing.
     */
    id: Generated<string>;
    memberId: string;
    createdAt: Generated<Date>;
    expiresAt: Date;
    endedAt: Date | null;
    lastSeenAt: Date | null;
};
export type StaffToken = {
    hash: Uint8Array<ArrayBuffer>;
    purpose: string;
    memberId: string;
    createdAt: Generated<Date>;
    expiresAt: Date;
    usedAt: Date | null;
};
export type Team = {
    id: string;
    /**
     * How the operator's own lists name it: what an import finds it by.
     */
    code: Generated<string>;
    names: ColumnType<unknown, string, string>;
    placeCode: string;
};
export type TextAccess = {
    seq: Generated<bigint>;
    ticketId: string;
    memberId: string;
    role: string;
    at: Date;
    how: string;
    seal: Uint8Array<ArrayBuffer>;
};
export type Ticket = {
    id: string;
    code: string;
    status: TicketStatus;
    category: string;
    placeCode: string;
    teamId: string | null;
    assigneeId: string | null;
    conversationId: string | null;
    language: string;
    confidential: Generated<boolean>;
    concerns: string | null;
    /**
     * Whom it is about, by name: they never have it, see it or hear of it (protection P07).
     */
    concernedIds: Generated<string[]>;
    /**
     * Once it is over, nothing ties it to the chat that it came from (protection P03).
     */
    anonymous: Generated<boolean>;
    openedAt: Date;
    assignedAt: Date | null;
    acceptedAt: Date | null;
    firstResponseAt: Date | null;
    resolvedAt: Date | null;
    closedAt: Date | null;
    firstResponseDueAt: Date;
    resolutionDueAt: Date;
    questionAt: Date | null;
    reopenedCount: Generated<number>;
    assignment: ColumnType<unknown, string, string> | null;
    priority: Generated<string>;
    clockFrom: Generated<Date>;
    offerDueAt: Date | null;
    handBacks: Generated<number>;
    offersRanOut: Generated<number>;
    timerAt: Date | null;
    timersFired: Generated<string[]>;
    closedBy: string | null;
    satisfied: boolean | null;
    firstResponseWorkSeconds: number | null;
    resolutionWorkSeconds: number | null;
    /**
     * The key of what its reporter writes in it.
     */
    wordKeyId: Generated<string | null>;
};
export type TicketEvent = {
    ticketId: string;
    seq: number;
    type: string;
    at: Date;
    by: string;
    memberId: string | null;
    data: Generated<ColumnType<unknown, string, string>>;
};
export type TicketMessage = {
    id: Generated<bigint>;
    ticketId: string;
    by: string;
    kind: string;
    text: string;
    at: Date;
    /**
     * Whether the resident has said that the handler may see the telephone and identity numbers in it.
     */
    numbersShown: Generated<boolean>;
    /**
     * A keyed hash of the chat message that it came from, so that an edit of that message finds it.
     */
    source: Uint8Array<ArrayBuffer> | null;
    /**
     * Who of those that joined has written it; nobody of them where it is empty.
     */
    writerId: string | null;
    /**
     * The name that its words are bound to.
     */
    sealedAs: Generated<string | null>;
};
export type TicketNote = {
    id: Generated<bigint>;
    ticketId: string;
    memberId: string | null;
    text: string;
    at: Date;
    /**
     * The name that its words are bound to.
     */
    sealedAs: string;
};
export type WebhookDelivery = {
    id: Generated<bigint>;
    messageId: string;
    subscriptionId: string;
    ticketId: string | null;
    payload: ColumnType<unknown, string, string>;
    status: Generated<OutboundStatus>;
    attempts: Generated<number>;
    notBefore: Date;
    createdAt: Date;
    answeredAt: Date | null;
    answer: string | null;
};
export type WebhookSubscription = {
    id: string;
    keyId: string;
    url: string;
    events: string[];
    areaCode: string;
    secretSealed: Uint8Array<ArrayBuffer>;
    oldSecretSealed: Uint8Array<ArrayBuffer> | null;
    oldSecretUntil: Date | null;
    createdAt: Date;
    failingSince: Date | null;
    disabledAt: Date | null;
    disabledFor: string | null;
};
export type WordKey = {
    id: string;
    sealed: Uint8Array<ArrayBuffer>;
};
export type DB = {
    ApiKey: ApiKey;
    Attachment: Attachment;
    BackupMade: BackupMade;
    BreakGlass: BreakGlass;
    CalendarDay: CalendarDay;
    Card: Card;
    Conversation: Conversation;
    DeadlineTarget: DeadlineTarget;
    Digest: Digest;
    Erasure: Erasure;
    Figure: Figure;
    FigureDelta: FigureDelta;
    FigureExport: FigureExport;
    FigureZone: FigureZone;
    Follower: Follower;
    ImportDraft: ImportDraft;
    Inbound: Inbound;
    Incident: Incident;
    KeyCopy: KeyCopy;
    Leave: Leave;
    Member: Member;
    Outbound: Outbound;
    Passkey: Passkey;
    PasskeyChallenge: PasskeyChallenge;
    Place: Place;
    ReturnCode: ReturnCode;
    Sealing: Sealing;
    Shift: Shift;
    StaffSession: StaffSession;
    StaffToken: StaffToken;
    Team: Team;
    TextAccess: TextAccess;
    Ticket: Ticket;
    TicketEvent: TicketEvent;
    TicketMessage: TicketMessage;
    TicketNote: TicketNote;
    WebhookDelivery: WebhookDelivery;
    WebhookSubscription: WebhookSubscription;
    WordKey: WordKey;
};
