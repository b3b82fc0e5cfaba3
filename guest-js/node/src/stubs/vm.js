made.isContext = () => false;
