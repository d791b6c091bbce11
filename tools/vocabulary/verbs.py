"""List the verbs with which a docstring may begin, in their base form."""

from __future__ import annotations

VERBS = frozenset(
    """
    accept accumulate acquire act adapt add admit advance align allow answer append apply arrange ask assert assign
    attach audit await be become begin bind block book bound break bring build bump bundle cache calculate call cancel
    cap change check choose claim classify clean clear clip close collect combine compare compile complete compose
    compress compute conclude configure connect construct consume contain continue convert copy correct count create
    crop cut decide declare decode decorate decrease deduplicate define delay delete deliver deny derive describe
    deserialise deserialize detach detect determine diff digest disable discard display distinguish divide do download draw
    drop dump duplicate edit emit empty enable encode end enforce enqueue ensure enter escape establish estimate
    evaluate evict execute exit expand expect explain export expose extend extract fail fake fetch fill filter find
    finish fit fix flag flatten flush fold follow forbid force forget format forward free frame freeze gather generate get
    give grant group grow guess hand handle hash have hide hold identify ignore import increase increment indent infer
    initialise initialize inject insert inspect install interpret interrupt invoke iterate issue join judge keep kill know
    label launch learn leave let limit link list listen load lock log look lower make mark mask match measure merge
    migrate mirror modify monitor mount move multiply mutate name narrow normalise normalize note notify observe omit
    open order override overwrite own pack pad parse partition pass patch pause perform pick place plan plot poll pop
    populate post predict prefix prefer prepare preserve prevent print process produce prove provide prune publish pull push
    put query queue quote raise randomise randomize read rebuild recalculate receive reconcile record recover redirect
    reduce refer refresh refuse register reject relay release reload remember remove rename render renew repair repeat
    replace replay report repost represent request requeue  require reschedule reset resize resolve respond restart restore
    restrict resume retain retrieve retry return reuse reverse review rewrite roll rotate round route run sample save
    scale scan schedule search seed select send separate serialise serialize serve set shard share shift shorten show
    shrink shut sign signal simulate skip sleep snapshot solve sort spawn specify spend split stack start state step
    stop store stream strip submit subtract succeed suggest sum summarise summarize supply suppress suspend swap switch
    synchronise synchronize tail take tally teach tell terminate test throttle throw time tokenise tokenize track
    trace train transform translate traverse treat trim truncate try turn unpack unwrap update upgrade upload use validate
    verify visit wait wake walk warn watch weigh work wrap write yield
    """.split()  # noqa: SIM905 - one per line would be 300 lines
)
