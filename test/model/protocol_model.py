#!/usr/bin/env python3
"""Explicit-state check of the protocol between ingest and decide (docs/adr/0001-commit-by-creating-an-object.md).

What it models
--------------
A handful of fragments (here: chunks; the spans of one trace in one export request) travel from exporters through
ingest and decide. Every call to DynamoDB, SQS or S3 is one atomic step. The search visits every reachable
interleaving of those steps, breadth first, together with the faults that the real system has:

* a process may die between any two steps (ingest or decide; the number of deaths is bounded per configuration);
* after a crash, or after a lost 200, the exporter resends the same chunk (bounded) or gives up;
* SQS may deliver one message to a second worker while the first still holds it (two holders at most), and delivers
  it again whenever its holder died without acknowledging it;
* a claim whose object is not there may be judged too old at any moment and be fenced (number bounded);
* where `notes` are taken (large traces), a look that does not sample may record what it has seen, and a later one then looks
  at a chunk that the note lacks together with any of those that it has (the landmarks);
* an operator may restore a trace (number bounded): a message of its own names a stored chunk, and whoever gets it claims the trace
  whatever the policies say;
* where policies are `replaced`, each worker has the old ones or the new ones for as long as it holds its messages, whatever the
  others have; a note names the policies that took it (the real code looks at the whole for this reason a few times in ten minutes
  only, which is not modelled). There each look takes a note: which traces are large depends on the number of chunks, so a look that
  has seen more than one with a note has one, too;
* policies may turn off: chunk b can make "sampled" out of a alone "not sampled" (`refused`: drop, not, upper bounds), or
  any look at a trace may say either (`fickle`: rate limits, policies that were replaced while traces waited).

What must hold
--------------
* At every state: no chunk is in two data objects                                     -> DUPLICATE
* At every quiescent state (all exporters done or dead, no worker busy, queue empty), for each chunk whose
  exporter got its 200:
    where drops are recorded: its trace has a decision                                -> LOST(no decision)
    if the decision is "keep", the chunk is in exactly one data object                -> LOST / DUPLICATE
    where drops are not recorded: no decision only if a look at what was stored, the acknowledged chunks at least,
    may say "not sampled"                                                             -> LOST(should have been kept)
  and no chunk of a trace with a recorded drop is in a data object                    -> EMITTED-DROPPED
    of a trace that an operator has restored something is in the archive (and so, by the rules above, all of it)
                                                                                      -> LOST(restored)
* Noted, but not counted as a broken promise (possible only where drops are not recorded):
    the record says "keep", nothing of the trace is in the archive, no wake-up is left to fence the dead claim, and
    a look at what was stored may say "not sampled"                                   -> DANGLING-CLAIM
    How it comes about: one message is delivered twice; one worker decides "keep" and is slow to record it; another one,
    which sees a chunk more (policies that turn off) or less, decides "not sampled" and acknowledges everything; the first
    one records its claim and dies before its PUT. `--why chosen-2-deaths` and `--why chosen-refusal` print it. That
    nothing of the trace is kept is a decision that a look at the whole trace has made; only the record is wrong, until a
    later chunk of the trace arrives, and then all of the trace is kept. A wake-up sent ahead of each claim would close
    it (not modelled), for one more message per kept trace.

What it does not model
----------------------
Time (ages and delays are non-deterministic choices), TTL expiry, spilled chunks, partial batch writes, duplicates of
single spans after a re-batched resend, message size limits, hop and continuation messages (a message that is not
acknowledged simply stays; the real worker sends what it could not commit on in a message of its own, which is why
`chosen-refusal-batch` finds a dangling claim without a death, and the real system has none there), the attempt limit, eventually consistent reads of the decision record, more than two
workers, and the same worker holding two objects. A take-over after a fence reads the chunks strongly even in the
configurations with an eventual Query. `test/pipeline/` holds the real code against the same promises.

How to run (Python 3, standard library only)
--------------------------------------------
  npm run test:model                               the short set: 29 configurations (2 minutes, 0.7 GB)
  npm run test:model -- --list                     all configurations, their parameters and the recorded results
  npm run test:model -- NAME [NAME ...]            the named ones, e.g.  v6-refusal-one-look  chosen-refusal
  npm run test:model -- --why NAME                 also print the shortest history that leads to the violation
  npm run test:model -- --all                      everything (half an hour or more, 6 GB)
  npm run test:model -- --limit N                  stop each search after N states (default: the limit of the configuration)
The exit code is 1 if a result differs from the recorded one (number of states, or verdict). A million states take
roughly 30 seconds and 0.6 GB (more with --why).

Change the protocol only together with this file.
"""
import argparse
import itertools
import sys
import time
from collections import Counter, deque

# --------------------------------------------------------------------------------------------------------------------
# Configurations
# --------------------------------------------------------------------------------------------------------------------
# Rule switches (each turns one rule of the protocol off or weakens one guarantee):
#   new_trace_only   V1  ingest sends a wake-up only if its request created the trace (a marker item decides that)
#   ack_uncommitted  V2  a worker acknowledges a chunk that somebody else's claim includes, without looking for the object
#   no_fence         V3  an old claim is taken over without creating the fence object first
#   no_late          V4  a chunk that a committed decision does not include is acknowledged without being written
#   parallel         V5  the wake-up is sent before the chunk is written
#   stale                the Query of the trace is eventually consistent: it may miss any chunk except the worker's own
#   no_drop_record       "not sampled" is not recorded: each wake-up evaluates again
#   look_again           once the first claim of a trace is recorded, the trace is read again, and the claim extended by what is
#                        in no claim, before the object is created. Without it: V6
#   stale_again          that second look is eventually consistent
#   notes                a look that does not sample a trace may record a note, in the place of the decision record and under the same
#                        condition: the chunks that it has seen are settled then. A chunk that the note lacks is looked at
#                        with some of those that it has; if that part may be sampled, or at any time, all of the trace is
#   note_any         V7  a note settles every chunk of its trace
#   note_blind       V8  a note is written whatever has been recorded since the look
#   list_later       V9  the names of the claimed chunks (a list outside of the record) are written after the object
#   other_notes      V10 a note counts whatever policies took it. Without this rule, a note of others leads to a look at all of the trace
#   one_read         V11 after such a look has recorded its own note, the trace is not read again for what came meanwhile
#   note_lost        V12 a look counts although somebody else has recorded a note since
#   old_readers      V13 some workers take a message that restores for a wake-up like any other


class Config:
    def __init__(self, name, about, chunks, kept, deaths, resends, fences, batch=1, workers=2, limit=4_000_000,
                 states=None, verdict='ok', refused=frozenset(), fickle=False, replaced=None, restores=0, **rules):
        self.name, self.about = name, about
        self.chunks = chunks      # chunk -> trace; one export request each
        self.kept = kept          # chunks that make a policy say "sampled"
        self.refused = refused    # chunks that make it say "not sampled" again (drop, not, span_count.max_spans)
        self.replaced = replaced  # the same by policies that replace the first ones; None: they stay
        self.fickle = fickle      # a look that finds a kept chunk may say either (rate_limiting, new policies)
        self.deaths, self.resends, self.fences = deaths, resends, fences
        self.restores = restores  # how often an operator may restore a trace
        self.batch, self.workers, self.limit = batch, workers, limit
        self.states, self.verdict = states, verdict   # recorded result; verdict 'cut' = limit reached, nothing found
        self.rules = rules

    def policies(self):
        """0: the first ones, 1: those that replace them."""
        return (0,) if self.replaced is None else (0, 1)

    def answers(self, view, policies=0):
        """What a look at these chunks may say: {True} sampled, {False} not sampled, or either."""
        if not view & (self.replaced if policies else self.kept) or view & self.refused:
            return {False}
        return {True, False} if self.fickle else {True}

    def parameters(self):
        traces = ' '.join(f'{c}:{t}' for c, t in self.chunks.items())
        rules = ' '.join(self.rules) or '-'
        kept = ''.join(sorted(self.kept)) + (' perhaps' if self.fickle else '')
        refused = f'refused {"".join(sorted(self.refused))}; ' if self.refused else ''
        restores = f'restores {self.restores}; ' if self.restores else ''
        replaced = '' if self.replaced is None else f'then kept {"".join(sorted(self.replaced))}; '
        return (f'chunks {traces}; kept {kept}; {replaced}{refused}{restores}deaths {self.deaths}; resends {self.resends}; '
                f'fences {self.fences}; batch {self.batch}; rules changed: {rules}')


TWO = {'a': 'T', 'b': 'T'}
THREE = {'a': 'T', 'b': 'T', 'c': 'T'}
TWO_TRACES = {'a': 'T', 'b': 'U'}
TWO_PLUS_ONE = {'a': 'T', 'b': 'T', 'c': 'U'}

# The protocol as it is (docs/adr/0001-commit-by-creating-an-object.md).
CHOSEN = {'no_drop_record': True, 'look_again': True}
# The same for large traces, of which notes are taken. (The names of claimed chunks are in lists then, written before the record that
# names the list: with the record they are all there, so that there is nothing more to model.)
NOTES = {**CHOSEN, 'notes': True}
# The same without the second look.
ONE_LOOK = {'no_drop_record': True}

SHORT = [
    Config('v1-new-trace-only', 'V1: message only for a new trace', TWO, {'a', 'b'}, 1, 1, 0,
           states=443, verdict='LOST(no decision)', new_trace_only=True),
    Config('v4-no-late', 'V4: no emission of late chunks', TWO, {'a', 'b'}, 0, 0, 0,
           states=4_068, verdict='LOST', no_late=True),
    Config('v5-parallel', 'V5: message before or parallel to the chunk', TWO, {'a', 'b'}, 0, 0, 0,
           states=18_517, parallel=True),
    Config('v3-no-fence', 'V3: take-over without the fence', TWO, {'a', 'b'}, 1, 0, 1,
           states=24_629, verdict='DUPLICATE', no_fence=True),
    Config('v6-refusal-one-look', 'V6: no second look; a keeps, a and b together do not', TWO, {'a'}, 0, 0, 0,
           refused={'b'}, verdict='LOST', states=2_090, **ONE_LOOK),
    Config('v6-limit-one-look', 'V6: no second look; each look may be over the limit', TWO, {'a', 'b'}, 0, 0, 0,
           fickle=True, verdict='LOST', states=7_847, **ONE_LOOK),
    Config('v6-eventual-second-look', 'the second look is eventually consistent', TWO, {'a'}, 0, 0, 0,
           refused={'b'}, verdict='LOST', stale_again=True, states=3_455, **CHOSEN),
    Config('v7-note-any', 'V7: a note settles chunks that it has not seen', TWO, {'b'}, 0, 0, 0,
           verdict='LOST(should have been kept)', note_any=True, states=3_841, **NOTES),
    Config('v8-note-blind', 'V8: a note is written over what was recorded since', TWO, {'b'}, 0, 0, 0,
           verdict='LOST(should have been kept)', note_blind=True, states=7_291, **NOTES),
    Config('v9-list-later', 'V9: the names of claimed chunks are written after the object', TWO, {'a', 'b'}, 1, 0, 0,
           verdict='DUPLICATE', list_later=True, states=15_724, **ONE_LOOK),
    Config('notes-one-look', 'V6 with notes: no second look', TWO, {'a'}, 0, 0, 0,
           refused={'b'}, verdict='LOST', notes=True, states=5_173, **ONE_LOOK),
    Config('drop-not-recorded-eventual', 'drops not recorded + eventual Query', TWO, {'b'}, 1, 0, 1,
           states=31_371, verdict='LOST', no_drop_record=True, stale=True),
    Config('eventual-query', 'drops recorded, eventual Query that contains the own chunk', TWO, {'b'}, 1, 0, 1,
           states=66_647, stale=True),
    Config('v2-ack-uncommitted', "V2: acknowledge on somebody else's uncommitted claim", TWO, {'a', 'b'}, 1, 1, 1,
           states=132_036, verdict='LOST', ack_uncommitted=True),
    Config('two-chunks-2-deaths', 'drops recorded: 2 chunks both kept, 2 deaths, 2 fences', TWO, {'a', 'b'}, 2, 0, 2,
           states=738_936),
    Config('chosen', 'the second chunk keeps; 1 death, 1 resend each, 1 fence', TWO, {'b'}, 1, 1, 1,
           states=1_010_535, **CHOSEN),
    Config('chosen-2-deaths', 'the second chunk keeps; 2 deaths, 2 fences', TWO, {'b'}, 2, 0, 2,
           verdict='DANGLING-CLAIM', states=577_736, **CHOSEN),
    Config('chosen-refusal', 'a keeps, a and b together do not; 1 death, 1 fence', TWO, {'a'}, 1, 0, 1,
           refused={'b'}, states=77_193, verdict='DANGLING-CLAIM', **CHOSEN),
    Config('chosen-limit', 'each look may be over the limit; 1 death, 1 fence', TWO, {'a', 'b'}, 1, 0, 1,
           fickle=True, states=163_582, verdict='DANGLING-CLAIM', **CHOSEN),
]
SHORT += [
    Config('notes', 'notes: the second chunk keeps; 1 death, 1 fence', TWO, {'b'}, 1, 0, 1, states=95_745, **NOTES),
    Config('notes-refusal', 'notes: a keeps, a and b together do not; 1 death, 1 fence', TWO, {'a'}, 1, 0, 1,
           refused={'b'}, verdict='DANGLING-CLAIM', states=90_815, **NOTES),
    Config('notes-limit', 'notes: each look may be over the limit; 1 death, 1 fence', TWO, {'a', 'b'}, 1, 0, 1,
           fickle=True, verdict='DANGLING-CLAIM', states=201_080, **NOTES),
]
SHORT += [
    Config('v10-other-notes', 'V10: a note of other policies counts', TWO, {'a'}, 0, 0, 0, replaced={'b'},
           verdict='LOST(should have been kept)', other_notes=True, states=13_278, **NOTES),
    Config('replaced', 'a keeps, then b does, in any order; 1 death, 1 fence', TWO, {'a'}, 1, 0, 1, replaced={'b'},
           states=465_736, **NOTES),
    Config('restored', 'an operator restores what no policy keeps; 1 death, 1 fence', TWO, set(), 1, 0, 1, restores=1, states=645_298, **CHOSEN),
    Config('restored-error', 'an operator restores, and the second chunk keeps; 1 fence', TWO, {'b'}, 0, 0, 1, restores=1, states=243_018, **CHOSEN),
    Config('restored-notes', 'notes: an operator restores what no policy keeps; 1 fence', TWO, set(), 0, 0, 1, restores=1,
           states=184_204, **NOTES),
    Config('v6-restored-one-look', 'V6: no second look when an operator restores', TWO, set(), 0, 0, 0, restores=1,
           verdict='LOST', states=25_333, **ONE_LOOK),
    Config('v13-old-readers', 'V13: a message that restores is taken for a wake-up', TWO, set(), 0, 0, 0, restores=1,
           verdict='LOST(restored)', old_readers=True, states=29_758, **CHOSEN),
]
LONG = [
    Config('v11-one-read', 'V11: no second read after the note of other policies', THREE, {'b'}, 0, 0, 0, replaced={'c'},
           verdict='LOST(should have been kept)', one_read=True, limit=9_000_000, states=770_494, **NOTES),
    Config('v12-note-lost', 'V12: a look counts that was too late to record its note', THREE, {'b'}, 0, 0, 0, replaced={'c'},
           verdict='LOST(should have been kept)', note_lost=True, limit=9_000_000, states=755_645, **NOTES),
    Config('replaced-three', '3 chunks, b keeps, then c does, in any order; no death', THREE, {'b'}, 0, 0, 0, replaced={'c'},
           limit=9_000_000, states=1_014_878, **NOTES),
    Config('restored-2-deaths', 'an operator restores what no policy keeps; 2 deaths, 2 fences', TWO, set(), 2, 0, 2, restores=1,
           limit=9_000_000, states=4_232_930, **CHOSEN),
    Config('restored-twice', 'an operator restores twice, the second chunk keeps; 1 death, 1 fence', TWO, {'b'}, 1, 0, 1, restores=2,
           limit=9_000_000, states=3_748_768, **CHOSEN),
    Config('restored-notes-death', 'notes: an operator restores, the second chunk keeps; 1 death, 1 fence', TWO, {'b'}, 1, 0, 1,
           restores=1, limit=9_000_000, states=1_036_199, **NOTES),
    Config('notes-resend', 'notes: the second chunk keeps; 1 death, 1 resend each, 1 fence', TWO, {'b'}, 1, 1, 1,
           limit=9_000_000, states=1_061_653, **NOTES),
    Config('notes-2-deaths', 'notes: the second chunk keeps; 2 deaths, 2 fences', TWO, {'b'}, 2, 0, 2,
           limit=9_000_000, verdict='DANGLING-CLAIM', states=589_082, **NOTES),
    Config('notes-three', 'notes: 3 chunks of one trace, one keeps; no death, 1 fence', THREE, {'a'}, 0, 0, 1,
           limit=9_000_000, states=656_582, **NOTES),
    Config('notes-refusal-three', 'notes: a keeps, c refuses; 3 chunks, no death, 1 fence', THREE, {'a'}, 0, 0, 1,
           refused={'c'}, limit=9_000_000, states=639_686, **NOTES),
    Config('notes-refusal-resend', 'notes: a keeps, a and b together do not; 1 death, 1 resend each, 1 fence', TWO, {'a'}, 1, 1, 1,
           refused={'b'}, limit=9_000_000, verdict='DANGLING-CLAIM', states=1_064_498, **NOTES),
    Config('notes-batch', 'notes: 2+1 chunks, batches of 2, no death, 1 fence', TWO_PLUS_ONE, {'a', 'c'}, 0, 0, 1,
           batch=2, limit=9_000_000, states=2_064_008, **NOTES),
    Config('two-chunks-resend', 'drops recorded: 2 chunks both kept, 1 death, 1 resend each, 1 fence', TWO, {'a', 'b'}, 1, 1, 1,
           limit=9_000_000, states=1_118_972),
    Config('two-traces-share-object', 'drops recorded: 2 traces in one batch and object, 2 deaths, 2 fences', TWO_TRACES,
           {'a', 'b'}, 2, 0, 2, batch=2, limit=6_000_000, states=2_387_835),
    Config('late-error', 'drops recorded: 2 chunks, the second one keeps; 2 deaths, 1 resend each, 2 fences', TWO, {'b'}, 2, 1, 2,
           limit=6_000_000, states=4_592_884),
    Config('chosen-batch', '2+1 chunks, batches of 2, no death, 1 fence', TWO_PLUS_ONE, {'a', 'c'}, 0, 0, 1,
           batch=2, limit=6_000_000, states=1_987_888, **CHOSEN),
    Config('chosen-three', '3 chunks of one trace, one keeps; 1 death, 1 fence', THREE, {'a'}, 1, 0, 1,
           limit=6_000_000, states=3_065_699, **CHOSEN),
    Config('chosen-late-error', '2 chunks, the second one keeps; 2 deaths, 1 resend each, 2 fences', TWO, {'b'},
           2, 1, 2, limit=9_000_000, verdict='DANGLING-CLAIM', states=5_942_001, **CHOSEN),
    Config('chosen-refusal-resend', 'a keeps, a and b together do not; 1 death, 1 resend each, 1 fence', TWO, {'a'}, 1, 1, 1,
           refused={'b'}, limit=9_000_000, states=898_510, verdict='DANGLING-CLAIM', **CHOSEN),
    Config('chosen-limit-resend', 'each look may be over the limit; 1 death, 1 resend each, 1 fence', TWO, {'a', 'b'}, 1, 1, 1,
           fickle=True, limit=9_000_000, states=1_906_790, verdict='DANGLING-CLAIM', **CHOSEN),
    Config('chosen-refusal-2-deaths', 'a keeps, a and b together do not; 2 deaths, 2 fences', TWO, {'a'}, 2, 0, 2,
           refused={'b'}, limit=9_000_000, states=519_131, verdict='DANGLING-CLAIM', **CHOSEN),
    Config('chosen-limit-2-deaths', 'each look may be over the limit; 2 deaths, 2 fences', TWO, {'a', 'b'}, 2, 0, 2,
           fickle=True, limit=9_000_000, states=1_037_142, verdict='DANGLING-CLAIM', **CHOSEN),
    Config('chosen-refusal-three', 'a keeps, c refuses; 3 chunks, no death, 1 fence', THREE, {'a'}, 0, 0, 1,
           refused={'c'}, limit=9_000_000, states=505_208, **CHOSEN),
    Config('chosen-refusal-batch', '2+1 chunks, batches of 2, a and c keep, b refuses a; no death, 1 fence', TWO_PLUS_ONE,
           {'a', 'c'}, 0, 0, 1, refused={'b'}, batch=2, limit=9_000_000, states=1_644_268, verdict='DANGLING-CLAIM', **CHOSEN),
]

# --------------------------------------------------------------------------------------------------------------------
# State: a tuple of
#   ingest   per chunk (pc, resends left, exporter got its 200); pc is one of
#              0 nothing done | 1 chunk written | 2 message sent (or, V1, not needed) | 'done' | 'dead'
#              'm' message sent, chunk not written (V5) | ('w', new) marker written | ('s', new) chunk written (V1)
#   stored   frozenset of chunks in the buffer table
#   queue    per chunk: number of messages not yet acknowledged; then, if there are restores, the same of those that restore its trace
#   claims   frozenset of (unit, (decision, object key, included chunks)); a unit is a trace, or a late chunk; or of
#              (trace, ('note', whether a part has asked for a look in vain, chunks that the look has seen, its policies))
#   objects  frozenset of (key, 'data' or 'fence', chunks in it): the archive, create-only
#   workers  per worker None or (pc, messages, position, unit examined, owned claims, acks, object key, policies)
#   deaths, fences   how many more may happen
#   next_key number of the next object key
#   markers  traces whose "seen" marker exists (V1 only); ('restored', trace) of each restore that was sent, with its number
# --------------------------------------------------------------------------------------------------------------------


def put(items, index, value):
    """`items` with one entry replaced."""
    changed = list(items)
    changed[index] = value
    return tuple(changed)


def subsets(chunks):
    return [frozenset(some) for size in range(len(chunks) + 1) for some in itertools.combinations(sorted(chunks), size)]


def initial(cfg):
    n = len(cfg.chunks)
    messages = 2 * n if cfg.restores else n
    return (tuple((0, cfg.resends, False) for _ in range(n)), frozenset(), (0,) * messages, frozenset(), frozenset(),
            (None,) * cfg.workers, cfg.deaths, cfg.fences, 0, frozenset())


def ingest_steps(cfg, names, state):
    """Steps of the export requests: write the chunk, send the wake-up, answer 200; die; be resent."""
    ingest, stored, queue, claims, objects, workers, deaths, fences, next_key, markers = state
    rules = cfg.rules
    for i, (pc, left, acked) in enumerate(ingest):
        chunk = names[i]
        trace = cfg.chunks[chunk]

        def at(new_pc, new_left=left, new_acked=acked):
            return put(ingest, i, (new_pc, new_left, new_acked))

        def step(label, new_ingest, new_stored=stored, new_queue=queue, new_deaths=deaths, new_markers=markers):
            return f'ingest {chunk}: {label}', (new_ingest, new_stored, new_queue, claims, objects, workers,
                                                new_deaths, fences, next_key, new_markers)

        one_more = put(queue, i, queue[i] + 1)
        if pc == 0:
            if rules.get('new_trace_only'):
                new = trace not in markers
                yield step('put marker if absent', at(('w', new)), new_markers=markers | {trace})
            elif rules.get('parallel'):
                yield step('send message', at('m'), new_queue=one_more)
            else:
                yield step('write chunk', at(1), new_stored=stored | {chunk})
        elif isinstance(pc, tuple) and pc[0] == 'w':
            yield step('write chunk', at(('s', pc[1])), new_stored=stored | {chunk})
        elif isinstance(pc, tuple):
            yield step('send message' if pc[1] else 'trace is known: no message', at(2),
                       new_queue=one_more if pc[1] else queue)
        elif pc == 'm':
            yield step('write chunk', at(2), new_stored=stored | {chunk})
        elif pc == 1:
            yield step('send message', at(2), new_queue=one_more)
        elif pc == 2:
            yield step('200 reaches the exporter', at('done', new_acked=True))
            if left > 0:
                yield step('200 is lost, exporter resends', at(0, left - 1))
        if pc not in ('done', 'dead') and deaths > 0:
            if left > 0:
                yield step('dies, exporter resends', at(0, left - 1), new_deaths=deaths - 1)
            yield step('dies, exporter gives up', at('dead', 0), new_deaths=deaths - 1)


def operator_steps(cfg, names, state):
    """Steps of the operator: names a stored chunk in a message that restores its trace. What the operator read before does not matter."""
    ingest, stored, queue, claims, objects, workers, deaths, fences, next_key, markers = state
    sent = sum(1 for marker in markers if marker[0] == 'restored')
    if sent >= cfg.restores:
        return
    for i, chunk in enumerate(names):
        if chunk in stored:
            message = len(names) + i
            yield (f'operator: restores the trace of {chunk}',
                   (ingest, stored, put(queue, message, queue[message] + 1), claims, objects, workers, deaths, fences, next_key,
                    markers | {('restored', cfg.chunks[chunk], sent)}))


def decide_steps(cfg, names, state):
    """Steps of the decide workers: receive messages, read, claim, fence, PUT, acknowledge; die."""
    ingest, stored, queue, claims, objects, workers, deaths, fences, next_key, markers = state
    rules = cfg.rules
    claim_of = dict(claims)
    object_at = {key: (kind, content) for key, kind, content in objects}
    holders = Counter(m for w in workers if w for m in w[1])

    def name_of(message):
        return names[message] if message < len(names) else f'restore({names[message - len(names)]})'

    for wi, worker in enumerate(workers):

        def step(label, new_worker, new_queue=queue, new_claims=claims, new_objects=objects, new_deaths=deaths,
                 new_fences=fences, new_next_key=next_key):
            return f'worker {wi}: {label}', (ingest, stored, new_queue, new_claims, new_objects,
                                             put(workers, wi, new_worker), new_deaths, new_fences, new_next_key, markers)

        if worker is None:
            if any(other is None for other in workers[:wi]):
                continue                                      # idle workers are interchangeable
            available = [m for m in range(len(queue)) if queue[m] > 0]
            for size in range(1, cfg.batch + 1):
                for messages in itertools.combinations(available, size):
                    if any(holders[m] >= 2 for m in messages):
                        continue                              # at least once: two holders at a time at most
                    for policies in cfg.policies():
                        yield step(f'receives {"".join(name_of(m) for m in messages)}{", with the new policies" if policies else ""}',
                                   ('read', messages, 0, None, frozenset(), frozenset(), None, policies))
            continue

        pc, messages, pos, unit_seen, owned, acks, key, policies = worker

        def now(new_pc=pc, new_pos=pos, new_unit=unit_seen, new_owned=owned, new_acks=acks, new_key=key):
            return (new_pc, messages, new_pos, new_unit, new_owned, new_acks, new_key, policies)

        restores = pos < len(messages) and messages[pos] >= len(names)

        def answers_on(view):
            if restores:
                return {True, False} if rules.get('old_readers') else {True}
            return cfg.answers(view, policies)

        def with_claim(unit, claim):
            return frozenset((u, c) for u, c in claims if u != unit) | {(unit, claim)}

        if deaths > 0:
            yield step('dies; its messages come back', None, new_deaths=deaths - 1)

        if pc == 'read':
            if pos >= len(messages):
                yield step('batch read', now('put' if owned else 'ack'))
                continue
            message = messages[pos]
            chunk = names[message % len(names)]
            trace = cfg.chunks[chunk]
            unit = unit_seen or trace                         # the trace first; the chunk itself once it is known to be late
            late = unit != trace
            current = claim_of.get(unit)
            done = now(new_pos=pos + 1, new_unit=None, new_acks=acks | {message})
            give_back = now(new_pos=pos + 1, new_unit=None)   # not acknowledged: stays in the queue

            def visible():
                return frozenset([chunk]) if late else frozenset(c for c in stored if cfg.chunks[c] == trace)

            if current is not None and current[0] == 'note':  # a look at the trace has not sampled it
                _, vain, noted, noted_by = current
                if restores and not rules.get('old_readers'):
                    yield step(f'{chunk}: restored, looks at all of {trace}', now(('whole', trace, 0, None)))
                    continue
                if noted_by != policies and not rules.get('other_notes'):
                    yield step(f'{chunk}: a note of other policies', now(('whole', trace, 0, None)))
                    continue
                if chunk in noted:
                    yield step(f'{chunk}: not sampled, says a note', done)
                    continue
                if rules.get('note_any'):
                    yield step(f'{chunk}: of a trace that was not sampled, says a note', done)
                    continue
                answers = set().union(*(cfg.answers(some | {chunk}, policies) for some in subsets(noted)))
                if False in answers or vain:
                    yield step(f'{chunk}: nothing new in it', done)
                if True in answers:
                    yield step(f'{chunk}: a part with it is sampled', now(('whole', trace, 1, None)))
                yield step(f'{chunk}: a look at all of {trace} is due', now(('whole', trace, 0, None)))
                continue

            if current is None:
                seen = visible()
                views = [seen]
                if rules.get('stale') and not late:
                    views = [frozenset([chunk]) | some for some in subsets(seen - {chunk})]
                for view in views:
                    answers = answers_on(view)
                    if rules.get('no_drop_record') and not late and False in answers:
                        if cfg.replaced is None:
                            yield step(f'{chunk}: not sampled on {"".join(sorted(view))}, nothing written', done)
                        if rules.get('notes'):
                            yield step(f'{chunk}: not sampled on {"".join(sorted(view))}', now(('note', unit, view, None, 0)))
                    if not rules.get('no_drop_record') or late or True in answers:
                        yield step(f'{chunk}: no record of {unit}, reads {"".join(sorted(view))}',
                                   now(('claim', unit, view, None)))
                continue
            decision, claimed_key, included = current
            if decision == 'drop':
                yield step(f'{chunk}: recorded drop', done)
            elif claimed_key == key and key is not None:      # claimed by this very batch
                if chunk in included:
                    yield step(f'{chunk}: in own claim', now(new_pos=pos + 1, new_unit=None, new_acks=acks | {('own', message)}))
                else:
                    yield step(f'{chunk}: not in own claim, given back', give_back)
            elif rules.get('ack_uncommitted') and chunk in included:
                yield step(f"{chunk}: in somebody's claim", done)
            else:
                found = object_at.get(claimed_key)
                if found and found[0] == 'data':
                    if chunk in included:
                        yield step(f'{chunk}: committed in {claimed_key}', done)
                    elif rules.get('no_late'):
                        yield step(f'{chunk}: late, ignored', done)
                    else:
                        yield step(f'{chunk}: late', now(new_unit=chunk))
                elif found and found[0] == 'fence':
                    yield step(f'{chunk}: {claimed_key} is fenced, takes over',
                               now(('claim', unit, visible(), (decision, claimed_key))))
                else:
                    yield step(f'{chunk}: young claim, given back', give_back)
                    if fences > 0 and rules.get('no_fence'):
                        yield step(f'{chunk}: old claim, takes over without fence',
                                   now(('claim', unit, visible(), (decision, claimed_key))), new_fences=fences - 1)
                    elif fences > 0:
                        yield step(f'{chunk}: old claim, fences {claimed_key}', now(),
                                   new_objects=objects | {(claimed_key, 'fence', frozenset())}, new_fences=fences - 1)

        elif isinstance(pc, tuple) and pc[0] == 'whole':      # the trace has a note, and is looked at whole
            _, unit, asked, looked = pc
            chunk = names[messages[pos] % len(names)]
            current = claim_of.get(unit)
            if current is None or current[0] != 'note':
                yield step(f'{chunk}: {unit} has been decided since', now('read'))
                continue
            view = frozenset(c for c in stored if cfg.chunks[c] == unit)
            if looked is not None and view <= looked:
                yield step(f'{chunk}: nothing has come since its note',
                           now('read', new_pos=pos + 1, new_unit=None, new_acks=acks | {messages[pos]}))
                continue
            answers = answers_on(view)
            if True in answers:
                yield step(f'{chunk}: reads {"".join(sorted(view))}', now(('claim', unit, view, current)))
            if False in answers:
                yield step(f'{chunk}: not sampled on {"".join(sorted(view))}',
                           now(('note', unit, view, current, max(asked, current[1]))))

        elif isinstance(pc, tuple) and pc[0] == 'note':       # a look did not sample the trace: what it has seen
            _, unit, view, replaced, vain = pc
            done = now('read', new_pos=pos + 1, new_unit=None, new_acks=acks | {messages[pos]})
            if claim_of.get(unit) == replaced or rules.get('note_blind'):
                others = replaced is not None and replaced[3] != policies and not rules.get('one_read')
                yield step(f'notes that {unit} is not sampled on {"".join(sorted(view))}',
                           now(('whole', unit, 0, view)) if others else done,
                           new_claims=with_claim(unit, ('note', vain, view, policies)))
            else:
                yield step(f'the note on {unit} fails the condition', done if rules.get('note_lost') else now('read'))

        elif isinstance(pc, tuple) and pc[0] == 'again':      # the first claim is recorded, its object is not created
            _, unit, view = pc
            mine = ('keep', key, view)
            if claim_of.get(unit) != mine:
                yield step(f'looks again: the claim of {unit} was taken over', now('read', new_owned=owned - {(unit, view)}))
                continue
            claimed = frozenset(c for _, (decision, _, included, *_) in claims if decision != 'note' for c in included)
            others = frozenset(c for c in stored if cfg.chunks[c] == unit) - claimed
            for missed in subsets(others) if rules.get('stale_again') else [others]:
                if missed:
                    yield step(f'looks again: {"".join(sorted(missed))} in no claim', now(('extend', unit, view, missed)))
                else:
                    yield step('looks again: nothing is in no claim', now('read'))

        elif isinstance(pc, tuple) and pc[0] == 'extend':
            _, unit, view, missed = pc
            if claim_of.get(unit) != ('keep', key, view):
                yield step(f'the extended claim of {unit} fails the condition', now('read', new_owned=owned - {(unit, view)}))
                continue
            larger = view | missed
            yield step(f'claims {unit} = keep {"".join(sorted(larger))} at {key}',
                       now('read', new_owned=owned - {(unit, view)} | {(unit, larger)}),
                       new_claims=with_claim(unit, ('keep', key, larger)))

        elif isinstance(pc, tuple):                           # ('claim', unit, chunks, replaced claim or None)
            _, unit, view, replaced = pc
            chunk = names[messages[pos] % len(names)]
            current = claim_of.get(unit)
            if replaced is None or replaced[0] == 'note':
                free = current == replaced
            else:
                free = current is not None and current[0] != 'note' and current[1] == replaced[1]
            if not free:
                yield step(f'claim of {unit} fails the condition', now('read'))
                continue
            late = unit != cfg.chunks[chunk]
            if replaced is not None or late or True in answers_on(view):
                my_key = key if key is not None else f'K{next_key}'
                first = (replaced is None or replaced[0] == 'note') and not late
                named = frozenset() if rules.get('list_later') else view
                yield step(f'claims {unit} = keep {"".join(sorted(view))} at {my_key}',
                           now(('again', unit, view) if first and rules.get('look_again') else 'read',
                               new_owned=owned | {(unit, view)}, new_key=my_key),
                           new_claims=with_claim(unit, ('keep', my_key, named)),
                           new_next_key=next_key if key is not None else next_key + 1)
            else:
                yield step(f'records {unit} = drop', now('read'), new_claims=claims | {(unit, ('drop', None, view))})

        elif pc == 'put':
            found = object_at.get(key)
            content = frozenset(c for _, view in owned for c in view)
            if found is None:
                yield step(f'PUT {key} = {"".join(sorted(content))}', now('list' if rules.get('list_later') else 'ack'),
                           new_objects=objects | {(key, 'data', content)})
            elif rules.get('no_fence'):                       # no fences: only the worker's own PUT can be there
                yield step(f'{key} exists', now('ack'))
            else:                                             # 412: nothing that this batch claimed is committed
                yield step(f'PUT {key} meets a fence, gives its messages back',
                           now('ack', new_acks=frozenset(a for a in acks if not isinstance(a, tuple))))

        elif pc == 'list':
            listed = frozenset((u, ('keep', key, dict(owned).get(u, c[2]))) if c[1] == key else (u, c) for u, c in claims)
            yield step(f'lists what {key} holds', now('ack'), new_claims=listed)

        elif pc == 'ack':
            left = list(queue)
            for a in acks:
                m = a[1] if isinstance(a, tuple) else a
                left[m] = max(0, left[m] - 1)
            yield step('acknowledges', None, new_queue=tuple(left))


# --------------------------------------------------------------------------------------------------------------------
# Checks
# --------------------------------------------------------------------------------------------------------------------


DANGLING = 'DANGLING-CLAIM'


def copies(objects):
    return Counter(c for _, kind, content in objects if kind == 'data' for c in content)


def quiescent(state):
    ingest, _, queue, _, _, workers = state[:6]
    return all(pc in ('done', 'dead') for pc, _, _ in ingest) and all(w is None for w in workers) and sum(queue) == 0


def worth_keeping(cfg, names, ingest, stored, trace):
    """Would the trace be kept in any case: on its acknowledged chunks, whatever else of it was stored?"""
    own = [(chunk, ingest[i][2]) for i, chunk in enumerate(names) if cfg.chunks[chunk] == trace]
    acknowledged = frozenset(chunk for chunk, is_acknowledged in own if is_acknowledged)
    others = frozenset(chunk for chunk, _ in own if chunk in stored) - acknowledged
    return all(False not in cfg.answers(acknowledged | some, policies) for some in subsets(others) for policies in cfg.policies())


def violations(cfg, names, state):
    """Names of the promises that this state breaks."""
    ingest, stored, _, claims, objects = state[:5]
    in_archive = copies(objects)
    if in_archive and max(in_archive.values()) > 1:
        yield 'DUPLICATE'
    if not quiescent(state):
        return
    claim_of = dict(claims)
    restored = {marker[1] for marker in state[9] if marker[0] == 'restored'}
    for trace in restored:
        if not any(in_archive[c] for c in names if cfg.chunks[c] == trace):
            yield 'LOST(restored)'
    for i, chunk in enumerate(names):
        trace = cfg.chunks[chunk]
        record = claim_of.get(trace)
        if record and record[0] == 'note':
            record = None
        if ingest[i][2]:
            if record is None and not cfg.rules.get('no_drop_record'):
                yield 'LOST(no decision)'
            elif record is None:
                if worth_keeping(cfg, names, ingest, stored, trace):
                    yield 'LOST(should have been kept)'
            elif record[0] == 'keep' and in_archive[chunk] > 1:
                yield 'DUPLICATE'
            elif record[0] == 'keep' and in_archive[chunk] == 0:
                written = any(in_archive[c] for c in names if cfg.chunks[c] == trace)
                dangling = cfg.rules.get('no_drop_record') and not written and not worth_keeping(cfg, names, ingest, stored, trace)
                yield DANGLING if dangling else 'LOST'
        if record and record[0] == 'drop' and in_archive[chunk]:
            yield 'EMITTED-DROPPED'


def history(parents, state):
    steps = []
    while parents[state] is not None:
        state, label = parents[state]
        steps.append(label)
    return list(reversed(steps))


def search(cfg, limit, why):
    """Breadth-first search. Configurations with a changed rule stop at their first violation."""
    names = list(cfg.chunks)
    start = initial(cfg)
    seen = {start: None} if why else {start}                  # with --why: state -> (previous state, step)
    todo = deque([start])
    found, ends, cut = {}, 0, False
    while todo:
        state = todo.popleft()
        ends += quiescent(state)
        for broken in violations(cfg, names, state):
            found.setdefault(broken, state)
        for steps in (ingest_steps, operator_steps, decide_steps):
            for label, nxt in steps(cfg, names, state):
                if nxt not in seen:
                    if why:
                        seen[nxt] = (state, label)
                    else:
                        seen.add(nxt)
                    todo.append(nxt)
        if len(seen) > limit:
            cut = True
            break
        if cfg.rules and any(broken != DANGLING for broken in found):
            break
    if why:
        for broken, state in found.items():
            print(f'{cfg.name}: {broken} after')
            for n, label in enumerate(history(seen, state), 1):
                print(f'  {n:2d}. {label}')
    return len(seen), ends, found, cut


# --------------------------------------------------------------------------------------------------------------------


def recorded(cfg):
    result = {'ok': 'complete, ok', 'cut': f'cut off at {cfg.limit:,}, nothing found'}.get(cfg.verdict, cfg.verdict)
    return f'{cfg.states:,} states: {result}' if cfg.states else result


def run(cfg, limit, why):
    began = time.monotonic()
    states, ends, found, cut = search(cfg, limit or cfg.limit, why)
    verdict = ', '.join(sorted(found)) or ('cut' if cut else 'ok')
    same = verdict == cfg.verdict and (cfg.states is None or states == cfg.states)
    if limit:
        same = True                                           # another limit: nothing to compare with
    print(f'{cfg.name:28s} {states:>10,} states {ends:>5} quiescent {time.monotonic() - began:7.1f} s  {verdict}'
          + ('' if same else f'   DIFFERS from the recorded result ({recorded(cfg)})'), flush=True)
    return same


def main():
    parser = argparse.ArgumentParser(description='Explicit-state check of the ingest/decide protocol.')
    parser.add_argument('names', nargs='*', metavar='NAME', help='configurations to run (default: the short set)')
    parser.add_argument('--list', action='store_true', help='list the configurations and their recorded results')
    parser.add_argument('--all', action='store_true', help='run every configuration')
    parser.add_argument('--why', action='store_true', help='print the shortest history to each violation')
    parser.add_argument('--limit', type=int, help='stop each search after this many states')
    args = parser.parse_args()
    by_name = {cfg.name: cfg for cfg in SHORT + LONG}
    if args.list:
        for cfg in SHORT + LONG:
            print(f'{cfg.name}\n    {cfg.about}\n    {cfg.parameters()}\n    {recorded(cfg)}')
        return 0
    unknown = [n for n in args.names if n not in by_name]
    if unknown:
        parser.error(f'unknown configuration {unknown[0]}; --list shows them all')
    chosen = [by_name[n] for n in args.names] or (SHORT + LONG if args.all else SHORT)
    results = [run(cfg, args.limit, args.why) for cfg in chosen]
    return 0 if all(results) else 1


if __name__ == '__main__':
    sys.exit(main())
