/**
 * Words with which people begin a sentence to an assistant, and words that have a capital anywhere without being somebody's name. With a
 * capital they say nothing about who is meant. They are English; put in those of your users.
 */
export const SENTENCE_OPENERS: ReadonlySet<string> = new Set(
  [
    // What is to be done.
    `accept access accomplish act activate add adjust advise allow analyse analyze announce answer append apply appoint approve archive
    arrange ask assemble assess assign assist attach authorise authorize avoid back balance bear begin block book bring browse build
    buy calculate call cancel capture categorise categorize change charge chat check choose clarify classify clean clear click clone close
    collect combine come commit compare compile complete compose compute configure confirm connect consider contact continue
    convert copy correct count cover create decide decline define delete deliver deny deploy describe design detect determine
    disable discard discuss display divide download draft draw drop edit email empty enable end enroll ensure enter
    erase establish estimate evaluate examine exchange execute exclude expand explain export extend extract figure file
    fill filter find finish fix flag follow force forget forward gather generate get give go grab grant group guess guide handle have help
    hide hire hold identify ignore implement import improve include increase indicate inform initiate insert inspect install
    introduce investigate invite issue join keep know label launch lead learn leave let limit link list listen load locate lock log look
    mail maintain make manage map mark match measure meet mention merge message modify monitor move name need note notify
    observe obtain offer open order organise organize outline paste pay perform phone pick ping place plan play post prepare present
    press print prioritise prioritize proceed process produce propose provide publish pull purchase push put query quote raise rank rate
    reach read rearrange recommend record reduce refer refresh refund register reject release remember remind remove rename
    renew rent repeat rephrase replace reply report request reschedule research reserve reset resolve respond restore retrieve return
    review revise revoke run save scan schedule search secure see select sell send separate set settle share show sign skip solve sort
    specify split star start state stay stick stop store submit subscribe subtract suggest summarise summarize supply support
    suppose swap switch sync take talk tell test thank think track transfer translate trash treat trust try turn type
    undo unlock unstar unsubscribe update upgrade upload use utilise utilize validate verify view visit wait walk want warn
    watch wipe wish withdraw work write`,
    // What asks, points or leads over.
    `about above according actually after afterwards again all along already also although always and another any anybody anyone
    anything are around assuming based because been before behind below besides between both but can certainly could did does during each
    either else even every everybody everyone everything finally first following for from generally given had has he hence her here hers
    his how however if in instead is it its just kindly last lastly later likewise may maybe meanwhile might more moreover most
    must my neither never next no nobody none nor not nothing now of off on once one only or other others otherwise our out over
    perhaps per please possibly probably quick quickly rather recently regarding same second several shall she should since so some somebody
    somehow someone something sometimes somewhere soon still such than that the their them then there therefore these they third this
    those though through thus to together too under unless until upon us usually very via was we were what whatever when whenever where
    whether which while who whoever whole whose why will with within without would yes yet you your`,
    // Greetings, thanks and moods.
    `afternoon alright awesome cheers congratulations day dear evening excuse fine good great greetings happy hello hey hi
    hope important lovely morning nice night okay perfect ready regards right sorry sure thanks thankyou urgent welcome well wonderful`,
    // Times and feasts, which have a capital anywhere.
    `monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october
    november december spring summer autumn fall winter today tonight tomorrow yesterday weekend week month year christmas easter thanksgiving
    halloween`,
    // What a task is about, and what mails call themselves.
    `access account accounts address admin agent alert alerts app appointment assistant attachment bank bill billing bills board boss
    business calendar card cart chat city client colleague company conference contract customer data deadline delivery desk discount
    document documents download english event events family feedback form friend hotel hr info information internet invoice
    invoices item items job list login market marketing meeting meetings member members money news newsletter notice notification
    notifications office offer offers orders parcel party password payment payments people policy price prize product project
    receipt refunds rental repository reservation restaurant reward sale sales school security server service services shipping
    shop shopping site someone staff storage subscription support system systems task tasks team ticket tickets time title travel trip
    user users vacation vendor wallet website webmaster winner`,
  ].flatMap((words) => words.trim().split(/\s+/)),
);
