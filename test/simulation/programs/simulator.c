/* A simulator in C that talks in lines of CSV: id,seed,a,b in, id,a+b,a-b,seed mod 7 out; a > 1.5 is an error. */
#include <stdio.h>

int main(void) {
  long id, seed;
  double a, b;
  while (scanf("%ld,%ld,%lf,%lf", &id, &seed, &a, &b) == 4) {
    if (a > 1.5)
      printf("%ld,error,a is %.2f\n", id, a);
    else
      printf("%ld,%.17g,%.17g,%ld\n", id, a + b, a - b, seed % 7);
    fflush(stdout);
  }
  return 0;
}
