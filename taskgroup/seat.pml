/* The protocol of seat.go, submit.go and line.go, exhaustively: tasks are
 * accepted, get room, and are run by goroutines that start each other.
 *
 * A task may wait until every task has started, as tasks of a group may when it
 * has no limit; it may return, or end its goroutine. A task may be cancelled
 * while it is in the backlog. Shown: every task ends exactly once, every one that
 * is not cancelled runs, the limit holds, and Wait returns. The mutants:
 *
 *	-DMUTANT=1  a seat calls the function without a successor on its way
 *	-DMUTANT=2  a goroutine that ends in a task starts no other in its place
 *	-DMUTANT=3  a task that ends does not hand on its room
 *	-DMUTANT=4  a task cancelled in the backlog is not counted out
 *	-DMUTANT=5  the last task closes only if Wait came before it
 */
#ifndef MUTANT
#define MUTANT 0
#endif

#define N 3

bool mu;
byte queued, ready, running, pending, accepted;	/* under mu */
bool starting, joining, closed;			/* under mu */
byte limit;
bool social;		/* tasks wait for each other */
byte begun, ended, cancelled;

inline lock() { atomic { !mu -> mu = true } }

inline moveUp()
{
	do
	:: queued > 0 && running < limit -> queued--; running++; ready++
	:: else -> break
	od;
	assert(running <= limit)
}

/* unlock is Group.unlock: it keeps a goroutine on its way while ready holds a
 * task. */
inline unlock()
{
	if
	:: ready > 0 && !starting -> starting = true; mu = false; run sit()
	:: else -> mu = false
	fi
}

inline gone()
{
	pending--;
	if
	:: pending == 0 && joining -> closed = true
	:: else
	fi
}

proctype sit()
{
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
		:: social -> begun + cancelled == N
		:: else
		fi;
		lock();
		running--;
		ended++;
#if MUTANT != 3
		moveUp();
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

proctype submit()
{
	byte i;
	for (i : 1 .. N) {
		lock();
		accepted++;
		pending++;
		if
		:: queued == 0 && running < limit -> running++; ready++
		:: else -> queued++
		fi;
		unlock()
	}
	/* Wait */
	lock();
#if MUTANT == 5
	joining = true;
#else
	joining = true;
	if
	:: pending == 0 -> closed = true
	:: else
	fi;
#endif
	mu = false;
	closed;
	assert(pending == 0 && ended + cancelled == N && begun == ended)
}

/* cancel takes one task out of the backlog, if there is one. */
proctype cancel()
{
	lock();
	if
	:: queued > 0 ->
		queued--;
		cancelled++;
		moveUp();
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
	:: limit = N
	:: limit = 1
	:: limit = 2
	fi;
	atomic { run submit(); run cancel() }
}
