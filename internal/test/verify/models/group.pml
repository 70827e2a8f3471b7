/* Mirrors: taskgroup/seat.go taskgroup/submit.go taskgroup/line.go
 * taskgroup/join.go
 *
 * Tasks are accepted, at once, into the backlog, or after their caller has
 * waited for room; they get room, and are run by goroutines that start each
 * other.
 *
 * A task may wait until every task has started, as tasks of a group may when it
 * has no limit; it may return, or end its goroutine. A task may be cancelled
 * while it is in the backlog, and a caller may give up. Shown: every accepted
 * task ends exactly once, every one that is not cancelled runs, a caller is told
 * what has become of its task, before a Wait returns, the limit and the backlog
 * hold, and every Wait returns. The mutants:
 *
 *	-DMUTANT=1  a seat calls the function without a successor on its way
 *	-DMUTANT=2  a goroutine that ends in a task starts no other in its place
 *	-DMUTANT=3  a task that ends does not hand on its room
 *	-DMUTANT=4  a task cancelled in the backlog is not counted out
 *	-DMUTANT=5  the last task closes only if Wait came before it
 *	-DMUTANT=6  a caller that gives up does not look whether it has been let in
 *	-DMUTANT=7  a task in the backlog that gets room lets no caller into its place
 *	-DMUTANT=8  a caller that has not noticed its end keeps the others waiting
 *	-DMUTANT=9  a caller that has waited in vain does not close the group
 *	-DMUTANT=10 a group closes while a caller is not told yet
 */
#ifndef MUTANT
#define MUTANT 0
#endif

#define N 3
#define CALLERS 2

bool mu;
byte queued, ready, running, pending, hopeful;	/* under mu */
bool starting, joining, closed, awaited;	/* under mu */
chan callers = [CALLERS] of { byte };		/* under mu */
bool granted[CALLERS];				/* under mu */
bool left[CALLERS];	/* its context has ended */
byte last;		/* the WaitGroup */
byte limit, places;
bool social;		/* tasks wait for each other */
byte begun, ended, cancelled, accepted, refused;

inline lock() { atomic { !mu -> mu = true } }

inline accept()
{
	pending++;
	accepted++
}

inline moveUp(id)
{
	d_step {
		do
		:: queued > 0 && running < limit -> queued--; running++; ready++
		:: queued == 0 && nempty(callers) ->
			callers?<id>;
			if
#if MUTANT == 8
			:: left[id] -> break
#else
			:: left[id] -> callers?id
#endif
			:: !left[id] && running < limit ->
				callers?id;
				granted[id] = true;
				hopeful--;
				accept();
				running++;
				ready++
			:: !left[id] && running == limit -> break
			fi
		:: queued > 0 && running == limit || queued == 0 && empty(callers) -> break
		od;
#if MUTANT != 7
		do
		:: nempty(callers) && queued < places ->
			callers?id;
			if
			:: left[id]
			:: else -> granted[id] = true; hopeful--; accept(); queued++
			fi
		:: empty(callers) || queued >= places -> break
		od;
#endif
		id = 0;
		assert(running <= limit && queued <= places)
	}
}

#define STANDS(i) (callers??[i] && !left[i])

/* unlock is Group.unlock: it keeps a goroutine on its way while ready holds a
 * task. Nobody is left waiting for what is there. */
inline unlock()
{
	assert(!(STANDS(0) || STANDS(1)) || queued >= places && (queued > 0 || running == limit));
	if
	:: ready > 0 && !starting -> starting = true; mu = false; run sit()
	:: else -> mu = false
	fi
}

#if MUTANT == 10
#define OVER (pending == 0)
#else
#define OVER (pending == 0 && hopeful == 0)
#endif

inline closeIfOver()
{
	if
	:: OVER && joining && !closed ->
		closed = true;
		if
		:: awaited -> last--
		:: else
		fi
	:: else
	fi
}

inline gone()
{
	pending--;
	closeIfOver()
}

proctype sit()
{
	byte id;
	lock();
	starting = false;
	do
	:: ready == 0 -> mu = false; break
	:: else ->
		ready--;
#if MUTANT == 1
		mu = false;
#else
		unlock();
#endif
		begun++;
		if
		:: social -> begun + cancelled + refused == N
		:: else
		fi;
		lock();
		running--;
		ended++;
#if MUTANT != 3
		moveUp(id);
#endif
		gone();
		if
		:: true			/* the function returned */
		:: true ->		/* it ended the goroutine: leave */
#if MUTANT == 2
			mu = false;
#else
			unlock();
#endif
			break
		fi
	od
}

/* submit has one task accepted, or waits for that. */
inline submit(me)
{
	lock();
	if
	:: closed -> refused++; unlock()
	:: !closed && empty(callers) && queued == 0 && running < limit ->
		accept();
		running++;
		ready++;
		unlock()
	:: !closed && empty(callers) && (queued > 0 || running == limit) && queued < places ->
		accept();
		queued++;
		unlock()
	:: !closed && (nempty(callers) || (queued > 0 || running == limit) && queued >= places) ->
		callers!me;
		hopeful++;
		unlock();
		if
		:: granted[me]
		:: !patient ->	/* it gives up */
			left[me] = true;
			lock();
			if
#if MUTANT != 6
			:: granted[me] -> unlock()
			:: !granted[me] ->
#else
			:: true ->
#endif
				if
				:: callers??[eval(me)] -> callers??eval(me)
				:: !callers??[eval(me)]
				fi;
				mu = false;
				refused++;
				lock();		/* lost */
				hopeful--;
				moveUp(id);
#if MUTANT != 9
				closeIfOver();
#endif
				unlock()
			fi
		fi
	fi
}

inline wait()
{
	lock();
	joining = true;
#if MUTANT != 5
	closeIfOver();
#endif
	if
	:: closed -> mu = false
	:: else ->
		if
		:: awaited
		:: !awaited -> awaited = true; last++
		fi;
		mu = false;
		last == 0
	fi;
	assert(closed && pending == 0 && hopeful == 0)
}

proctype owner()
{
	byte i, id;
	bool patient = true;
	for (i : 2 .. N) {
		submit(0);
		granted[0] = false
	}
	wait();
	assert(ended + cancelled == accepted && begun == ended)
}

proctype caller()
{
	byte id;
	bool patient;
	if
	:: patient = true
	:: patient = false
	fi;
	submit(1);
	if
	:: wait()
	:: true
	fi
}

/* cancel takes one task out of the backlog, if there is one. */
proctype cancel()
{
	byte id;
	lock();
	if
	:: queued > 0 ->
		queued--;
		cancelled++;
		moveUp(id);
#if MUTANT != 4
		gone();
#endif
	:: else
	fi;
	unlock()
}

init
{
	if
	:: limit = N; social = true
	:: limit = 1
	:: limit = 2
	fi;
	if
	:: places = 0
	:: places = 1
	:: places = N
	fi;
	atomic { run owner(); run caller(); run cancel() }
	(_nr_pr == 1) -> assert(accepted + refused == N && ended + cancelled == accepted && pending == 0 && empty(callers))
}
