/* Mirrors: taskgroup/handleset.go taskgroup/wait.go taskgroup/set.go
 *
 * Two handles complete, in either order, while the calls that wait for them block,
 * give up, and go: one call of Wait (or GatherTasks, Completed) on a waitSet that is
 * used again afterwards, or two calls of Set.Next and one of Set.Remove.
 *
 * mu is the lock of the set; what happens under a completion's lock, or is one
 * operation on its word, is atomic (completion.pml has that protocol). Shown: no call
 * blocks for ever, one that its context ended has not seen its condition fulfilled and
 * one that returned nil has, every handle that Wait returns as done is visibly so,
 * a waitSet that is used again is touched by no completion, a Set hands out each
 * handle once, and loses none. The mutants are typical mistakes; spin must refute
 * each:
 *
 *	-DMUTANT=1  the waitSet is used again whatever has yet to notify it
 *	-DMUTANT=2  what completes after the context has ended the call counts
 *	-DMUTANT=3  a call that gives up too late does not wait until it is woken
 *	-DMUTANT=4  a handle is done before its completion is visible
 *	-DMUTANT=5  the call looks for what is ready and blocks under two locks
 *	-DMUTANT=6  a call that has got a handle stays on the list
 *	-DMUTANT=7  a set that becomes empty does not unblock its call
 *	-DMUTANT=8  a handle whose completion is notifying is registered with
 *	-DMUTANT=9  Remove leaves the handle ready
 *	-DMUTANT=10 a handle that ends the call though it has not failed ends the wait
 */
#ifndef MUTANT
#define MUTANT 0
#endif

#define N 2

mtype = { none, noTasks, ended };
#define ALL   0
#define FIRST 1
#define ERROR 2

/* The completions: in is observer.in. */
bool visible[N], ordered[N], notifying[N], in[N];
bool fails[N], canceled[N];	/* how they end; only one that fails may be canceled */

/* The set. */
bool mu;
byte n = N;			/* members.n */
bool over[N], observes[N];
chan ready = [N] of { byte };
chan calls = [2] of { byte };
byte notified;
bool frozen, single;		/* single: it is a waitSet */

/* The calls. */
byte until[2];
byte got[2];			/* the handle + 1 */
mtype err[2] = none;
bool woken[2];

/* Not in the code. */
bool reused;			/* the waitSet is another call's */
byte handed[N];			/* how often a Set has handed it out */
bool removed[N];
byte finished;			/* calls of the Set */

inline lock()   { atomic { !mu -> mu = true } }
inline unlock() { mu = false }

#define mayEnd(u, i) (u == FIRST || u == ERROR && fails[i])

/* notifyLocked; wakes is the call to be woken + 1. */
inline notify(i, wakes)
{
	wakes = 0;
	if
	:: over[i] || frozen
	:: else ->
		over[i] = true;
		if
		:: empty(calls) -> ready!i
		:: nempty(calls) ->
			n--;
			calls?<c>;
			if
			:: mayEnd(until[c], i) -> got[c] = i + 1; wakes = c + 1
#if MUTANT != 7
			:: !mayEnd(until[c], i) && n == 0 -> err[c] = noTasks; wakes = c + 1
			:: else
#else
			:: else
#endif
			fi;
			if
			:: wakes > 0 ->
#if MUTANT != 6
				calls?c;
#endif
				emptied()
			:: else
			fi
		fi
	fi
}

/* emptyLocked */
inline emptied()
{
	do
	:: n == 0 && nempty(calls) -> calls?c; err[c] = noTasks; woken[c] = true
	:: else -> break
	od
}

/* registerLocked */
inline register(i)
{
	atomic {	/* observe */
		observes[i] = false;
		if
		:: visible[i]
#if MUTANT != 8
		:: !visible[i] && notifying[i]
#endif
		:: else -> ordered[i] = true; in[i] = true; observes[i] = true
		fi
	};
	if
	:: observes[i]
	:: else -> notify(i, w); assert(w == 0)
	fi
}

/* takeLocked; sets ok, and got or err of call k. */
inline take(k, ok)
{
	ok = false;
	do
	:: !ok && nempty(ready) ->
		ready?c;
		n--;
		if
		:: mayEnd(until[k], c) -> got[k] = c + 1; ok = true
		:: else
		fi
	:: !ok && empty(ready) && n == 0 -> err[k] = noTasks; ok = true
	:: else -> break
	od
}

proctype complete(byte i)
{
	byte c, w;
	bool was;
	if
	:: atomic { ordered[i] -> notifying[i] = true; was = in[i]; in[i] = false };
		if
		:: was ->
			lock();
			d_step { assert(!reused); notified++; notify(i, w); };
			unlock()
		:: else
		fi;
		visible[i] = true;
		if
		:: w > 0 -> assert(!reused); woken[w - 1] = true
		:: else
		fi
	:: atomic { !ordered[i] -> visible[i] = true }
	fi
}

inline giveUp(k, ok)
{
	lock();
	d_step {
		take(k, ok);
		if
		:: !ok ->
			err[k] = ended;
			for (c : 0 .. N - 1) { assert(!visible[c] || !single || over[c]) };
#if MUTANT != 2
			frozen = single;
#endif
			c = 0
		:: else
		fi
	};
	unlock()
}

/* await: take, or else block; the context of the call may end at any time, or never
 * does. */
inline await(k, patient, ok)
{
	got[k] = 0; err[k] = none; woken[k] = false;
	if
	:: !patient -> giveUp(k, ok)
	:: true ->
		lock();
		d_step { take(k, ok) };
#if MUTANT == 5
		unlock();
		lock();
#endif
		if
		:: ok -> unlock()
		:: else ->
			calls!k;
			unlock();
			if
			:: woken[k]
			:: !patient ->
				lock();
				atomic { ok = calls??[eval(k)]; if :: ok -> calls??eval(k) :: else fi };
				unlock();
				if
				:: ok -> giveUp(k, ok)
				:: else ->
#if MUTANT != 3
					woken[k]
#endif
				fi
			fi
		fi
	fi
}

#define fulfilled (over[0] && over[1] || until[0] == FIRST && (over[0] || over[1]) || until[0] == ERROR && (over[0] && fails[0] && !canceled[0] || over[1] && fails[1] && !canceled[1]))

proctype wait()
{
	byte c, w, gone;
	bool ok, patient, busy;
	if
	:: patient = true
	:: patient = false
	fi;
	lock();
	register(0);
	register(1);
	unlock();
	do
	:: await(0, patient, ok);
		if
		:: got[0] > 0 ->
			visible[got[0] - 1];
			if
#if MUTANT != 10
			:: until[0] == ERROR && canceled[got[0] - 1]
#endif
			:: else -> break
			fi
		:: else -> break
		fi
	od;
	lock();		/* freeze */
	frozen = true;
	unlock();
#if MUTANT != 4
	!over[0] || visible[0];
	!over[1] || visible[1];
#endif
	assert(!over[0] || visible[0]);
	assert(!over[1] || visible[1]);
	assert((err[0] != ended) == (fulfilled));
	for (w : 0 .. N - 1) {	/* release */
		atomic {	/* forget */
			if
			:: observes[w] && !in[w] -> gone++
			:: else
			fi;
			in[w] = false
		}
	};
	lock();
	busy = notified != gone;
	unlock();
#if MUTANT != 1
	if
	:: !busy -> reused = true
	:: else
	fi
#else
	reused = true
#endif
}

proctype next(byte k)
{
	byte c, w;
	bool ok, patient;
	if
	:: patient = true
	:: patient = false
	fi;
	await(k, patient, ok);
	if
	:: got[k] > 0 ->
		visible[got[k] - 1];
		handed[got[k] - 1]++;
		assert(handed[got[k] - 1] == 1)
	:: else -> assert(err[k] == noTasks || err[k] == ended)
	fi;
	finished++
}

proctype remove(byte i)
{
	byte c;
	lock();
	d_step {
		if
		:: !over[i] -> over[i] = true; in[i] = false; n--; removed[i] = true
		:: over[i] && ready??[eval(i)] ->
#if MUTANT != 9
			ready??eval(i);
#endif
			n--; removed[i] = true
		:: else
		fi;
		emptied();
		c = 0
	};
	unlock();
	finished++
}

proctype set()
{
	byte c, w;
	lock();
	register(0);
	register(1);
	unlock();
	run next(0);
	run next(1);
	run remove(0);
	/* All have come to an end: what was not handed out or removed is in the set. */
	finished == 3;
	assert(n + handed[0] + handed[1] + removed[0] + removed[1] == N)
}

init
{
	byte i;
	atomic {
		if	/* an observer of another set is ordered, too */
		:: ordered[0] = true
		:: true
		fi;
		if
		:: single = true; until[0] = ALL
		:: single = true; until[0] = FIRST
		:: single = true; until[0] = ERROR;
			for (i : 0 .. N - 1) {
				if
				:: fails[i] = false
				:: fails[i] = true
				:: fails[i] = true; canceled[i] = true
				fi
			}
		:: until[0] = FIRST; until[1] = FIRST
		fi;
		run complete(0);
		run complete(1);
		if
		:: single -> run wait()
		:: else -> run set()
		fi
	}
}
