/* Mirrors: queue/waiter.go queue/put.go queue/get.go queue/shutdown.go
 * queue/priority.go
 *
 * Items are passed on under the lock, a waiter whose context is done claims
 * itself, a shutdown refuses every waiter, and in a priority queue a waiting put
 * is granted the lock itself.
 *
 * Shown: what is put is got, or in the queue, or returned by ShutdownNow, and
 * that once; the bound holds; no call waits while what it waits for is there; the
 * lock is always released; every call returns. The mutants:
 *
 *	-DMUTANT=1  a waiter that is granted is not claimed, so a cancellation meets it
 *	-DMUTANT=2  a get that frees a place grants it to no put
 *	-DMUTANT=3  a put does not look for a waiting get
 *	-DMUTANT=4  a shutdown leaves the puts that wait
 *	-DMUTANT=5  a put that is granted the lock does not release it
 */
#ifndef MUTANT
#define MUTANT 0
#endif

#define CALLS 4
#define LIMIT 1

mtype = { none, put, get };

bool mu;
byte held;			/* items in the queue */
bool shut, byHeap;
chan putters = [CALLS] of { byte };
chan getters = [CALLS] of { byte };
bool claimed[CALLS], ready[CALLS], refused[CALLS];
byte in, out, returned;		/* items: not in the code */

inline lock() { atomic { !mu -> mu = true } }

#define STANDS(list, i) (list??[i] && !claimed[i])
#define WAITS(list) (STANDS(list, 0) || STANDS(list, 1) || STANDS(list, 2) || STANDS(list, 3))

inline unlock()
{
	atomic {
		assert(held == LIMIT || !WAITS(putters));
		assert(held == 0 || !WAITS(getters));
		mu = false
	}
}

/* first takes out the waiter that has waited longest and claims it; CALLS if
 * there is none. One that has claimed itself is passed over. */
inline first(list, w)
{
	w = CALLS;
	do
	:: atomic {
		nempty(list) && w == CALLS ->
		list?w;
#if MUTANT != 1
		if
		:: claimed[w] -> w = CALLS
		:: !claimed[w] -> claimed[w] = true
		fi
#endif
	   }
	:: empty(list) || w < CALLS -> break
	od
}

/* enter adds an item for which there is a place, under the lock. */
inline enter(w)
{
#if MUTANT != 3
	first(getters, w);
#else
	w = CALLS;
#endif
	in++;
	if
	:: w < CALLS -> ready[w] = true; out++
	:: else -> held++; assert(held <= LIMIT)
	fi
}

/* pass releases the lock: in a priority queue it is granted to a waiting put for
 * which there is a place. */
inline pass(w)
{
	if
	:: byHeap && held < LIMIT -> first(putters, w)
	:: else -> w = CALLS
	fi;
	if
	:: w < CALLS -> ready[w] = true
	:: else -> unlock()
	fi
}

inline wait(id, list, ok)
{
	list!id;
	unlock();
	if
	:: ready[id] -> ok = true
	:: atomic {
		!patient ->	/* the context is done */
		if
#if MUTANT == 1
		:: true -> ok = false
#else
		:: !claimed[id] -> claimed[id] = true; ok = false
		:: claimed[id] -> ok = true
#endif
		fi
	   };
	   if
	   :: ok -> ready[id]
	   :: !ok ->
		lock();
		if
		:: list??[eval(id)] -> list??eval(id)
		:: !list??[eval(id)]
		fi;
		unlock()
	   fi
	fi
}

proctype call(byte id; mtype what)
{
	byte w;
	bool ok, patient;
	if
	:: patient = true
	:: patient = false
	fi;
	lock();
	if
	:: what == put && shut -> unlock()
	:: what == put && !shut && held < LIMIT -> enter(w); pass(w)
	:: what == put && !shut && held == LIMIT ->
		wait(id, putters, ok);
		if
		:: ok && !refused[id] && byHeap ->	/* it has the lock */
			assert(mu && held < LIMIT && !WAITS(getters));
			in++;
			held++;
#if MUTANT != 5
			pass(w)
#endif
		:: else
		fi
	:: what == get && held > 0 ->
		held--;
		out++;
#if MUTANT != 2
		if
		:: !byHeap ->
			first(putters, w);
			if
			:: w < CALLS -> held++; in++; assert(held <= LIMIT); ready[w] = true
			:: else
			fi;
			unlock()
		:: else -> pass(w)
		fi
#else
		unlock()
#endif
	:: what == get && held == 0 && shut -> unlock()
	:: what == get && held == 0 && !shut -> wait(id, getters, ok)
	fi
}

proctype shutdown(bool now)
{
	byte w;
	lock();
	shut = true;
#if MUTANT != 4
	first(putters, w);
	do
	:: w < CALLS -> refused[w] = true; ready[w] = true; first(putters, w)
	:: else -> break
	od;
#endif
	first(getters, w);
	do
	:: w < CALLS -> refused[w] = true; ready[w] = true; first(getters, w)
	:: else -> break
	od;
	if
	:: now -> returned = held; held = 0
	:: else
	fi;
	unlock()
}

init
{
	if
	:: byHeap = true
	:: byHeap = false
	fi;
	atomic {
		run call(0, put);
		run call(1, put);
		run call(2, get);
		if
		:: run call(3, get)
		:: run call(3, put)
		fi;
		if
		:: run shutdown(true)
		:: run shutdown(false)
		fi
	}
	(_nr_pr == 1) -> assert(in == out + held + returned && !mu && empty(putters) && empty(getters))
}
